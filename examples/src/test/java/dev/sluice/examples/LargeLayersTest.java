package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers so large that panama-ffm leaves their training to the library: what comes out is what vector computes, but for roundings. */
class LargeLayersTest {
    private static final int STEPS = 3, BATCH = 300, INPUT = 60, HIDDEN = 1030;

    /** Output, states and all gradients; then the output of inference. */
    private static List<Tensor> results(Backend backend) {
        Generator random = new Generator(5);
        LSTM lstm = LSTM.of(INPUT, HIDDEN).random(random).backend(backend).build();
        Tensor x = Tensor.randn(random, STEPS, BATCH, INPUT).requireGrad();
        var result = lstm.forward(x);
        result.output().sum().add(result.state().c().sum()).backward();
        List<Tensor> all = new ArrayList<>(List.of(result.output(), result.state().h(), result.state().c(), x.grad()));
        lstm.parameters().forEach(parameter -> all.add(parameter.grad()));
        all.add(Gradients.off(() -> lstm.forward(x).output()));
        return all;
    }

    @Test
    void trainingAndInferenceGiveWhatVectorGives() {
        Backends backends = Backends.discover(Workers.of(2));
        List<Tensor> expected = results(backends.named("vector")), actual = results(backends.named("panama-ffm"));
        for (int i = 0; i < expected.size(); i++) {
            float[] wanted = expected.get(i).toArray(), got = actual.get(i).toArray();
            double largest = 0, difference = 0;
            for (int k = 0; k < wanted.length; k++) {
                largest = Math.max(largest, Math.abs(wanted[k]));
                difference = Math.max(difference, Math.abs(wanted[k] - got[k]));
            }
            assertThat(difference).as("result %d of %s, beside a largest of %s", i, expected.get(i).shape(), largest).isLessThan((INPUT + HIDDEN + STEPS * BATCH) * Math.ulp(0.5f) * largest);
        }
        assertThat(actual.getFirst().toArray()).as("training is the library's, which sums in another order").isNotEqualTo(expected.getFirst().toArray());
        assertThat(actual.getLast().toArray()).as("inference is vector's").isEqualTo(expected.getLast().toArray());
    }
}
