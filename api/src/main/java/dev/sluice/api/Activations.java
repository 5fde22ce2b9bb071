package dev.sluice.api;

/**
 * The activations of the contract, element by element in float32 with fused multiply-add: the bits every exact backend must give.
 *
 * <p>A backend in Java may call them; one in vectors repeats them lane by lane. Quiet NaN goes through all of them.
 */
public final class Activations {
    /** Sigmoid takes its argument no further from zero than this; at −80 it is 1.8e−35. */
    public static final float SIGMOID_LIMIT = 80f;

    /** Tanh takes its argument no further from zero than this; from here on it is 1. */
    public static final float TANH_LIMIT = 9.02f;

    /** 1.5·2²³: adding it to a small number leaves that number, rounded to an integer, in the low bits of the sum. */
    public static final float ROUNDER = 0x1.8p23f;

    public static final float LOG2_E = 0x1.715476p0f;
    public static final float LN2_HIGH = 0x1.62e4p-1f;
    public static final float LN2_LOW = 0x1.7f7d1cp-20f;

    /** exp(r) ≈ 1 + r + r²·(E2 + r·(E3 + …)) for |r| ≤ ln 2 / 2. */
    public static final float E2 = 0.49999994f, E3 = 0.1666652f, E4 = 0.0416684f, E5 = 0.008368852f, E6 = 0.001381432f;

    /** tanh(x) ≈ x·P(x²)/Q(x²), P and Q starting at 1: a minimax fit on ±9.02 without a negative coefficient, so nothing cancels. */
    public static final float P1 = 0.13379717f, P2 = 0.0034940322f, P3 = 2.0583451e-5f, P4 = 1.3319009e-8f;
    public static final float Q1 = 0.46713036f, Q2 = 0.025871063f, Q3 = 3.2830896e-4f, Q4 = 7.7620024e-7f;

    private Activations() {}

    /** eˣ for |x| ≤ 80; a little over 1 ulp. Outside that range the result is meaningless, see {@link #exp}. */
    public static float expWithinLimit(float x) {
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float n = shifted - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(r, E6, E5);
        p = Math.fma(p, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r * r, r) + 1f;
        float power = Float.intBitsToFloat((Float.floatToRawIntBits(shifted) + 127) << 23);
        return p * power;
    }

    /** eˣ for x ≤ 80, which is what softmax asks for; 0 below −80, e⁸⁰ above 80. */
    public static float exp(float x) {
        return x < -SIGMOID_LIMIT ? 0f : expWithinLimit(x > SIGMOID_LIMIT ? SIGMOID_LIMIT : x);
    }

    /** 1 + e⁻ˣ, the denominator of {@link #sigmoid}, with x clamped to ±80. */
    public static float sigmoidDenominator(float x) {
        float clamped = x < -SIGMOID_LIMIT ? -SIGMOID_LIMIT : x > SIGMOID_LIMIT ? SIGMOID_LIMIT : x;
        return 1f + expWithinLimit(-clamped);
    }

    /** σ(x) = 1 / (1 + e⁻ˣ), never below 1.8e−35. */
    public static float sigmoid(float x) {
        return 1f / sigmoidDenominator(x);
    }

    /** x clamped to ±9.02, the argument that the two halves of tanh take. */
    public static float tanhArgument(float x) {
        return x < -TANH_LIMIT ? -TANH_LIMIT : x > TANH_LIMIT ? TANH_LIMIT : x;
    }

    /** x·P(x²), the numerator of {@link #tanh}; x from {@link #tanhArgument}. */
    public static float tanhNumerator(float x) {
        float s = x * x;
        return x * Math.fma(Math.fma(Math.fma(Math.fma(P4, s, P3), s, P2), s, P1), s, 1f);
    }

    /** Q(x²), the denominator of {@link #tanh}, from 1 to 430; x from {@link #tanhArgument}. */
    public static float tanhDenominator(float x) {
        float s = x * x;
        return Math.fma(Math.fma(Math.fma(Math.fma(Q4, s, Q3), s, Q2), s, Q1), s, 1f);
    }

    /** tanh(x) = p(x)/q(x), never beyond ±1, with its digits kept near zero. */
    public static float tanh(float x) {
        float clamped = tanhArgument(x);
        float y = tanhNumerator(clamped) / tanhDenominator(clamped);
        return y > 1f ? 1f : y < -1f ? -1f : y;
    }
}
