package dev.sluice.core.train;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What optimizers do with parameters that feel nothing any more. */
class OptimizerTest {
    private static Optimizer optimizer(String method, Tensor... parameters) {
        return switch (method) {
            case "Adam" -> new Adam(List.of(parameters), 1e-3);
            case "Adam that forgets fast" -> new Adam(List.of(parameters), 1e-3, new Adam.Options(0.5, 0.9, 1e-8, 0));
            case "Adam without epsilon" -> new Adam(List.of(parameters), 1e-3, new Adam.Options(0.5, 0.9, 0, 0));
            case "AdamW" -> new AdamW(List.of(parameters), 1e-3);
            default -> new SGD(List.of(parameters), 1e-3, 0.9);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"Adam", "Adam that forgets fast", "Adam without epsilon", "AdamW", "SGD"})
    void whatIsKeptOfGradientsThatEndedIsNormalOrNothing(String method) {
        Tensor parameter = Tensor.randn(new Generator(1), 40).requireGrad();
        Optimizer optimizer = optimizer(method, parameter);
        parameter.mul(Tensor.randn(new Generator(2), 40)).sum().backward();
        optimizer.step();
        optimizer.zeroGradients();
        parameter.mul(0f).sum().backward();
        for (int step = 0; step < 3000; step++) {
            optimizer.step();
            if (step % 100 == 0) {
                assertThat(optimizer.kept().get("0.0").toArray()).as("step " + step).satisfies(OptimizerTest::assertNormalOrNothing);
            }
        }
        assertThat(optimizer.kept().get("0.0").toArray()).containsOnly(0f);
        if (method.equals("Adam that forgets fast")) {
            assertThat(optimizer.kept().get("0.1").toArray()).containsOnly(0f);
        }
        assertThat(parameter.toArray()).doesNotContain(Float.NaN);
    }

    private static void assertNormalOrNothing(float[] values) {
        for (float value : values) {
            assertThat(value == 0 || Math.abs(value) >= Float.MIN_NORMAL).as("" + value).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Adam", "AdamW", "SGD"})
    void whatRequiresNoGradientStaysAsItIs(String method) {
        Tensor frozen = Tensor.of(1, 2), trained = Tensor.of(3, 4).requireGrad();
        Optimizer optimizer = optimizer(method, frozen, trained);
        frozen.mul(trained).sum().backward();
        optimizer.step();
        assertThat(frozen.toArray()).containsExactly(1, 2);
        assertThat(trained.toArray()).isNotEqualTo(new float[] {3, 4});

        frozen.requireGrad(true);
        frozen.mul(trained).sum().backward();
        optimizer.step();
        assertThat(frozen.toArray()).as("trained from now on").doesNotContain(1, 2);

        Tensor before = frozen.copy();
        frozen.requireGrad(false);
        assertThat(frozen.grad()).as("what arrived before").isNotNull();
        for (int i = 0; i < 3; i++) {
            optimizer.step();
        }
        assertSameBits("frozen", frozen, before);
    }

    @Test
    void theNormForClippingIsThatOfWhatIsTrained() {
        Tensor frozen = Tensor.of(1).requireGrad(), trained = Tensor.of(1).requireGrad();
        frozen.mul(100f).add(trained.mul(3f)).sum().backward();
        frozen.requireGrad(false);
        assertThat(new GradientClip(1.5).apply(List.of(frozen, trained))).isEqualTo(3);
        assertThat(trained.grad().item()).isBetween(1.49f, 1.51f);
        assertThat(frozen.grad().item()).isEqualTo(100);
    }
}
