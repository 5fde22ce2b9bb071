package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * −t·log σ(x) − (1 − t)·log(1 − σ(x)) of a logit x and a target t from 0 to 1: for answers that are yes or no, several beside each other too. No sigmoid
 * comes before it; large logits keep their digits. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html">torch.nn.BCEWithLogitsLoss</a>, which takes any target.
 *
 * <pre>{@code
 * Tensor loss = new BCEWithLogits().of(head.forward(read), answers);     // [batch, 1] both
 * Tensor probabilities = head.forward(read).sigmoid();
 * }</pre>
 */
public final class BCEWithLogits extends ElementLoss<BCEWithLogits> {
    public BCEWithLogits() {
        this(Reduction.MEAN, false);
    }

    private BCEWithLogits(Reduction reduction, boolean zeroIfNoneCounts) {
        super(reduction, zeroIfNoneCounts);
    }

    @Override
    BCEWithLogits with(Reduction reduction, boolean zeroIfNoneCounts) {
        return new BCEWithLogits(reduction, zeroIfNoneCounts);
    }

    /** max(x, 0)·(1 − t) + max(−x, 0)·t + log(1 + e^−|x|), of which no part cancels another. */
    @Override
    Tensor each(Tensor prediction, Tensor target) {
        requireProbabilities(target);
        return ElementLosses.of("BCEWithLogits", prediction, target, (x, t) -> (x > 0 ? 1 - t : t) * Math.abs(x) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))), BCEWithLogits::slope,
                (x, _) -> -x);
    }

    /** σ(x)·(1 − t) − σ(−x)·t */
    private static double slope(double x, double t) {
        double e = StrictMath.exp(-Math.abs(x));
        return ((x > 0 ? 1 : e) * (1 - t) - (x > 0 ? e : 1) * t) / (1 + e);
    }

    private static void requireProbabilities(Tensor target) {
        float[] values = target.toArray();
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= 1)) {
                throw new IllegalArgumentException("BCEWithLogits: target " + values[i] + " at position " + i + " of " + target.shape() + "; numbers from 0 to 1 are required");
            }
        }
    }
}
