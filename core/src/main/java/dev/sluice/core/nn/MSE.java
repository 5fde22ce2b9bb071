package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * The mean of (prediction − target)² over all elements, as
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html">torch.nn.MSELoss</a>.
 */
public final class MSE {
    /** The loss; there is nothing to choose. */
    public MSE() {}

    /**
     * @param target of the prediction's shape
     * @return [], differentiable
     */
    public Tensor of(Tensor prediction, Tensor target) {
        if (!prediction.shape().equals(target.shape())) {
            throw new IllegalArgumentException("MSE: the prediction is " + prediction.shape() + ", the target " + target.shape() + "; they must be of one shape");
        }
        Tensor difference = prediction.sub(target);
        return difference.mul(difference).mean();
    }
}
