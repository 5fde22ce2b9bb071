package dev.sluice.core.train;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.Numbers;
import dev.sluice.core.nn.CrossEntropy;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Optimizers, schedules, clipping and loss as PyTorch computes them in float64. */
class PyTorchTrainingTest {
    private static final int TERMS = 40;

    private final JsonNode fixtures;

    PyTorchTrainingTest() throws IOException {
        fixtures = new ObjectMapper().readTree(Numbers.class.getResourceAsStream("pytorch/training.json"));
    }

    private void check(String name, Function<List<Tensor>, Optimizer> make, Function<Optimizer, Schedule> schedule) {
        JsonNode expected = StreamSupport.stream(fixtures.get("optimizers").spliterator(), false).filter(o -> o.get("name").asText().equals(name)).findFirst().orElseThrow();
        Tensor parameter = fixture(1, 3, 4).requireGrad();
        Optimizer optimizer = make.apply(List.of(parameter));
        Schedule rates = schedule.apply(optimizer);
        for (int step = 0; step < 6; step++) {
            assertThat(optimizer.learningRate()).isCloseTo(expected.get("rates").get(step).asDouble(), within(1e-12));
            optimizer.zeroGradients();
            parameter.mul(fixture(10 + step, 3, 4)).sum().backward();
            optimizer.step();
            rates.step();
        }
        assertClose(name, parameter, doubles(expected.get("parameter")), TERMS);
    }

    @Test
    void optimizersAndSchedules() {
        Function<Optimizer, Schedule> constant = optimizer -> () -> {};
        check("Adam", p -> new Adam(p, 0.01), constant);
        check("Adam with decay", p -> new Adam(p, 0.01, new Adam.Options(0.8, 0.95, 1e-6, 0.1)), constant);
        check("AdamW", p -> new AdamW(p, 0.01), constant);
        check("SGD", p -> new SGD(p, 0.1), constant);
        check("SGD with momentum", p -> new SGD(p, 0.1, 0.9), constant);
        check("SGD, rate by steps", p -> new SGD(p, 0.1), optimizer -> new StepSchedule(optimizer, 2, 0.5));
        check("SGD, rate by cosine", p -> new SGD(p, 0.1), optimizer -> new CosineSchedule(optimizer, 6, 0.01));
    }

    @Test
    void crossEntropyWithAnIgnoredTarget() {
        JsonNode expected = fixtures.get("crossEntropy");
        Tensor logits = fixture(1, 5, 4).mul(8f).detach().requireGrad();
        Tensor loss = new CrossEntropy().of(logits, new int[] {0, 3, -100, 2, 2});
        loss.backward();
        assertThat((double) loss.item()).isCloseTo(expected.get("loss").asDouble(), within(1e-6));
        assertClose("gradient", logits.grad(), doubles(expected.get("gradient")), TERMS);
    }

    @Test
    void clippingByTheCommonNorm() {
        JsonNode expected = fixtures.get("clip");
        List<Tensor> parameters = List.of(fixture(1, 3).requireGrad(), fixture(2, 2, 2).requireGrad());
        parameters.get(0).mul(fixture(3, 3)).sum().add(parameters.get(1).mul(fixture(4, 2, 2)).sum()).backward();
        assertThat(new GradientClip(0.25).apply(parameters)).isCloseTo(expected.get("norm").asDouble(), within(1e-7));
        for (int i = 0; i < 2; i++) {
            assertClose("gradient " + i, parameters.get(i).grad(), doubles(expected.get("gradients").get(i)), TERMS);
        }
        Tensor before = parameters.get(0).grad().copy();
        new GradientClip(5).apply(parameters);
        Numbers.assertSameBits("a small norm changes nothing", parameters.get(0).grad(), before);
    }

    @Test
    void eachParameterIsUpdatedOnceAndCountsItsOwnSteps() {
        Tensor early = Tensor.of(1).requireGrad(), late = Tensor.of(1).requireGrad();
        Adam adam = new Adam(List.of(early, late, early), 0.01);
        early.sum().backward();
        for (int step = 0; step < 100; step++) {
            adam.step();
        }
        late.sum().backward();
        adam.step();
        // The first step of Adam is the learning rate, whatever the gradient, and whenever it comes.
        assertThat(1 - late.item()).isCloseTo(0.01f, within(1e-5f));
        Tensor p = Tensor.of(1).requireGrad();
        p.sum().backward();
        new SGD(List.of(p, p), 0.25).step();
        assertThat(p.item()).isEqualTo(0.75f);
    }

    @Test
    void badSettingsAreRejected() {
        List<Tensor> parameters = List.of(Tensor.zeros(2).requireGrad());
        assertThatThrownBy(() -> new Adam(List.of(), 0.1)).hasMessage("Adam: the list of parameters is empty; at least one is required");
        assertThatThrownBy(() -> new Adam(parameters, -1)).hasMessage("Adam: learning rate -1.0; a finite number of 0 or more is required");
        assertThatThrownBy(() -> new SGD(parameters, 0.1, -1)).hasMessage("SGD: momentum -1.0; 0 or more is required");
        assertThatThrownBy(() -> new GradientClip(0)).hasMessage("GradientClip: norm 0.0; a positive number is required");
        assertThatThrownBy(() -> new Batches(new int[] {1}, 0)).hasMessage("Batches: 0 sequences per batch; at least 1 is required");
    }
}
