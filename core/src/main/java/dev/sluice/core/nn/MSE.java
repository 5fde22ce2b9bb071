package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * (prediction − target)², as <a href="https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html">torch.nn.MSELoss</a>.
 */
public final class MSE extends ElementLoss<MSE> {
    public MSE() {
        this(Reduction.MEAN, false);
    }

    private MSE(Reduction reduction, boolean zeroIfNoneCounts) {
        super(reduction, zeroIfNoneCounts);
    }

    @Override
    MSE with(Reduction reduction, boolean zeroIfNoneCounts) {
        return new MSE(reduction, zeroIfNoneCounts);
    }

    @Override
    Tensor each(Tensor prediction, Tensor target) {
        Tensor difference = prediction.sub(target);
        return difference.mul(difference);
    }
}
