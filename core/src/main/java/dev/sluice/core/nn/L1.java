package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * |prediction − target|, as <a href="https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html">torch.nn.L1Loss</a>. Where neither is larger, the gradient is 0.
 */
public final class L1 extends ElementLoss<L1> {
    public L1() {
        this(Reduction.MEAN, false);
    }

    private L1(Reduction reduction, boolean zeroIfNoneCounts) {
        super(reduction, zeroIfNoneCounts);
    }

    @Override
    L1 with(Reduction reduction, boolean zeroIfNoneCounts) {
        return new L1(reduction, zeroIfNoneCounts);
    }

    @Override
    Tensor each(Tensor prediction, Tensor target) {
        return ElementLosses.of("L1", prediction, target, (x, t) -> Math.abs(x - t), L1::sign, (x, t) -> sign(t, x));
    }

    private static double sign(double x, double t) {
        return x > t ? 1 : x < t ? -1 : 0;
    }
}
