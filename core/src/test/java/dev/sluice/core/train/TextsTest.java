package dev.sluice.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the parts of a training print: what they were made with, but for defaults, and where they are. */
class TextsTest {
    private final List<Tensor> parameters = new LSTM(3, 4).parameters();
    private final Adam adam = new Adam(parameters, 0.001);

    @Test
    void optimizers() {
        assertThat(adam).hasToString("Adam(learningRate=0.001, parameters=4)");
        assertThat(new Adam(parameters, 0.5, new Adam.Options(0.8, 0.99, 1e-6, 0.1))).hasToString("Adam(learningRate=0.5, beta1=0.8, beta2=0.99, epsilon=1.0E-6, weightDecay=0.1, parameters=4)");
        assertThat(new AdamW(parameters, 0.001)).hasToString("AdamW(learningRate=0.001, parameters=4)");
        assertThat(new AdamW(parameters, 0.001, Adam.Options.defaults())).hasToString("AdamW(learningRate=0.001, weightDecay=0.0, parameters=4)");
        assertThat(new SGD(parameters, 0.1)).hasToString("SGD(learningRate=0.1, parameters=4)");
        assertThat(new SGD(parameters, 0.1, 0.9)).hasToString("SGD(learningRate=0.1, momentum=0.9, parameters=4)");
        assertThat(new Heavy(parameters, 1)).hasToString("Heavy(learningRate=1.0, mass=2, weight=3, parameters=4)");
    }

    /** An optimizer of a user's own. */
    private static final class Heavy extends Optimizer {
        Heavy(List<Tensor> parameters, double rate) {
            super(parameters, rate, 1);
        }

        @Override
        protected Map<String, String> settings() {
            return Map.of("weight", "3", "mass", "2");
        }

        @Override
        protected void update(Matrix parameter, Matrix gradient, Matrix[] state, int step) {}
    }

    @Test
    void schedulesAndTheRateThatTheySet() {
        Schedule cosine = new CosineSchedule(adam, 2, 0), steps = new StepSchedule(adam, 10, 0.5);
        assertThat(steps).hasToString("StepSchedule(factor=0.5, first=0.001, period=10, calls=0)");
        cosine.step();
        assertThat(cosine).hasToString("CosineSchedule(first=0.001, last=0.0, total=2, calls=1)");
        assertThat(adam).hasToString("Adam(learningRate=5.0E-4, parameters=4)");
    }

    @Test
    void whatElseATrainingHas() {
        assertThat(new GradientClip(5)).hasToString("GradientClip(maxNorm=5.0)");
        assertThat(new Batches(new int[] {1, 3, 2}, 2)).hasToString("Batches(sequences=3, size=2)");
        EarlyStopping early = new EarlyStopping(3);
        early.update(0.5);
        early.update(0.25);
        assertThat(early).hasToString("EarlyStopping(patience=3, best=0.5, since=1)");
    }
}
