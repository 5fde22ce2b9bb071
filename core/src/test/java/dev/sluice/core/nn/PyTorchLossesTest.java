package dev.sluice.core.nn;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Graph;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.Numbers;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Losses with all their settings, as PyTorch computes them in float64. */
class PyTorchLossesTest {
    private static final int TERMS = 40;

    private final JsonNode fixtures;

    PyTorchLossesTest() throws IOException {
        fixtures = new ObjectMapper().readTree(Numbers.class.getResourceAsStream("pytorch/nn.json"));
    }

    private static void check(String what, Tensor loss, List<Tensor> leaves, JsonNode expected) {
        assertClose(what, loss, doubles(expected.get("loss")), TERMS);
        loss.backward(loss.shape().rank() == 0 ? Tensor.scalar(1) : fixture(9, loss.shape().sizes()), Graph.RELEASE);
        for (int i = 0; i < leaves.size(); i++) {
            assertClose(what + ", gradient " + i, leaves.get(i).grad(), doubles(expected.get("gradients").get(i)), TERMS);
        }
    }

    private static Reduction reduction(JsonNode expected) {
        return Reduction.valueOf(expected.get("reduction").asText().toUpperCase(Locale.ROOT));
    }

    @Test
    void crossEntropyWithWeightsAndSmoothing() {
        for (JsonNode expected : fixtures.get("crossEntropy")) {
            int ignored = expected.get("ignored").asInt();
            CrossEntropy loss = new CrossEntropy(ignored).labelSmoothing(expected.get("smoothing").asDouble()).reduction(reduction(expected));
            if (!expected.get("weights").isNull()) {
                double[] weights = doubles(expected.get("weights"));
                loss = loss.classWeights((float) weights[0], (float) weights[1], (float) weights[2], (float) weights[3]);
            }
            Tensor logits = fixture(1, 6, 4).mul(8f).requireGrad();
            check(loss.toString(), loss.of(logits, new int[] {0, 3, ignored, 2, 2, 1}), List.of(logits), expected);
        }
        assertThat(fixtures.get("crossEntropy")).hasSize(2 * 2 * 3 * 3);
    }

    @Test
    void lossesOfElements() {
        Map<String, ElementLoss<?>> losses = Map.of("MSE", new MSE(), "L1", new L1(), "Huber", new Huber(), "Huber(delta=0.5)", new Huber(0.5), "BCEWithLogits", new BCEWithLogits());
        for (JsonNode expected : fixtures.get("elementLosses")) {
            ElementLoss<?> loss = losses.get(expected.get("name").asText()).reduction(reduction(expected));
            Tensor prediction = fixture(1, 4, 5).mul(8f).detach().requireGrad();
            double[] targets = doubles(expected.get("target"));
            float[] target = new float[targets.length];
            IntStream.range(0, target.length).forEach(i -> target[i] = (float) targets[i]);
            Tensor targetTensor = Tensor.of(Shape.of(4, 5), target).requireGrad();
            check(loss.toString(), loss.of(prediction, targetTensor), List.of(prediction, targetTensor), expected);
        }
        assertThat(fixtures.get("elementLosses")).hasSize(5 * 3);
    }
}
