package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.MSE;
import org.junit.jupiter.api.Test;

/** Losses of batches in which nothing counts. */
class NothingCountsTest {
    private final Tensor logits = Numbers.random(new Generator(1), 2, 3).requireGrad();

    @Test
    void crossEntropySaysSoOrIsZero() {
        assertThatThrownBy(() -> new CrossEntropy().of(logits, new int[] {-100, -100})).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("CrossEntropy: none of the 2 targets counts; at least one that is not -100 is required; zeroIfNoneCounts() gives a loss of 0 instead");
        CrossEntropy lenient = new CrossEntropy(0).zeroIfNoneCounts();
        Tensor loss = lenient.of(logits, new int[] {0, 0});
        assertThat(loss.item()).isEqualTo(0f);
        loss.backward();
        assertThat(logits.grad().toArray()).containsOnly(0f).hasSize(6);
        assertThat(lenient.of(logits, new int[] {0, 2}).item()).isEqualTo(new CrossEntropy(0).of(logits, new int[] {0, 2}).item());
        Tensor nobody = Tensor.zeros(0, 3).requireGrad();
        new CrossEntropy().zeroIfNoneCounts().of(nobody, new int[0]).backward();
        assertThat(nobody.grad().toArray()).isEmpty();
    }

    @Test
    void theOptionLeavesTheLossItWasAskedOfAsItWas() {
        CrossEntropy strict = new CrossEntropy();
        strict.zeroIfNoneCounts();
        assertThatThrownBy(() -> strict.of(logits, new int[] {-100, -100})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void meanSquaredErrorSaysSoOrIsZero() {
        Tensor nothing = Tensor.zeros(0, 3).requireGrad();
        assertThatThrownBy(() -> new MSE().of(nothing, Tensor.zeros(0, 3))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("MSE: the prediction is [0, 3], without elements; at least one is required; zeroIfNoneCounts() gives a loss of 0 instead");
        Tensor loss = new MSE().zeroIfNoneCounts().of(nothing, Tensor.zeros(0, 3));
        assertThat(loss.item()).isEqualTo(0f);
        loss.backward();
        assertThat(nothing.grad().toArray()).isEmpty();
        assertThat(new MSE().zeroIfNoneCounts().of(Tensor.of(1, 3), Tensor.of(0, 0)).item()).isEqualTo(5f);
    }
}
