package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** The activations against StrictMath in double, over all magnitudes of float. */
class ActivationsTest {
    private static final int EVERY = 997; // of all bit patterns

    @FunctionalInterface
    private interface FloatFunction {
        float of(float x);
    }

    private static double largestErrorInUlp(FloatFunction f, DoubleUnaryOperator exact, float from, float to) {
        double worst = 0;
        for (int bits = 0; bits >= 0 && bits < 0x7f800000; bits += EVERY) {
            for (float x : new float[] {Float.intBitsToFloat(bits), -Float.intBitsToFloat(bits)}) {
                if (x >= from && x <= to) {
                    double expected = exact.applyAsDouble(x);
                    worst = Math.max(worst, Math.abs(f.of(x) - expected) / Math.ulp((float) expected));
                }
            }
        }
        return worst;
    }

    @Test
    void expIsWithinOneUlp() {
        assertThat(largestErrorInUlp(Activations::exp, StrictMath::exp, -80, 80)).isLessThan(1.1);
        assertThat(Activations.exp(0f)).isEqualTo(1f);
        assertThat(Activations.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Activations.exp(-80.001f)).isZero();
    }

    @Test
    void sigmoidIsWithinThreeUlpDownToItsLimit() {
        assertThat(largestErrorInUlp(Activations::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), -80, Float.MAX_VALUE)).isLessThan(3);
        assertThat(Activations.sigmoid(0f)).isEqualTo(0.5f);
        assertThat(Activations.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(Activations.sigmoid(Float.NEGATIVE_INFINITY)).isEqualTo(Activations.sigmoid(-80f)).isBetween(1.8e-35f, 1.9e-35f);
    }

    @Test
    void tanhIsWithinFiveUlpNearZeroToo() {
        assertThat(largestErrorInUlp(Activations::tanh, StrictMath::tanh, -Float.MAX_VALUE, Float.MAX_VALUE)).isLessThan(5);
        assertThat(largestErrorInUlp(Activations::tanh, StrictMath::tanh, -1e-3f, 1e-3f)).isLessThan(2);
        assertThat(Activations.tanh(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
        assertThat(Float.floatToRawIntBits(Activations.tanh(-0f))).isEqualTo(Float.floatToRawIntBits(-0f));
    }

    @Test
    void tanhIsOddAndNeverBeyondOne() {
        for (int bits = 0; bits < 0x7f800000 - EVERY; bits += EVERY) {
            float x = Float.intBitsToFloat(bits);
            float y = Activations.tanh(x);
            assertThat(y).isBetween(0f, 1f);
            assertThat(Activations.tanh(-x)).isEqualTo(-y);
        }
    }

    @Test
    void notANumberGoesThrough() {
        assertThat(Activations.exp(Float.NaN)).isNaN();
        assertThat(Activations.sigmoid(Float.NaN)).isNaN();
        assertThat(Activations.tanh(Float.NaN)).isNaN();
    }
}
