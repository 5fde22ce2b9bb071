package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * The mean of (prediction − target)² over all elements, as
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html">torch.nn.MSELoss</a>.
 */
public final class MSE {
    private final boolean zeroIfNoneCounts;

    public MSE() {
        this(false);
    }

    private MSE(boolean zeroIfNoneCounts) {
        this.zeroIfNoneCounts = zeroIfNoneCounts;
    }

    /** This loss, but 0 where there are no elements to take the mean of. PyTorch gives NaN there. */
    public MSE zeroIfNoneCounts() {
        return new MSE(true);
    }

    /**
     * @param target of the prediction's shape
     * @return [], differentiable
     * @throws IllegalArgumentException when the shapes differ, or there are no elements and {@link #zeroIfNoneCounts} was not chosen
     */
    public Tensor of(Tensor prediction, Tensor target) {
        if (!prediction.shape().equals(target.shape())) {
            throw new IllegalArgumentException("MSE: the prediction is " + prediction.shape() + ", the target " + target.shape() + "; they must be of one shape");
        }
        boolean empty = prediction.shape().elements() == 0;
        if (empty && !zeroIfNoneCounts) {
            throw new IllegalArgumentException("MSE: the prediction is " + prediction.shape() + ", without elements; at least one is required; zeroIfNoneCounts() gives a loss of 0 instead");
        }
        Tensor difference = prediction.sub(target);
        Tensor squares = difference.mul(difference);
        return empty ? squares.sum() : squares.mean();
    }
}
