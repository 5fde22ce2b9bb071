package dev.sluice.core.train;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * Scales all gradients together so that their common norm is at most {@code maxNorm}, as
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html">clip_grad_norm_</a>.
 */
public record GradientClip(double maxNorm) {
    public GradientClip {
        if (!(maxNorm > 0)) {
            throw new IllegalArgumentException("GradientClip: norm " + maxNorm + "; a positive number is required");
        }
    }

    /** Clips, and returns the norm that the gradients had before: √ Σ g², over all parameters that require a gradient and have one. */
    public double apply(List<Tensor> parameters) {
        double squares = 0;
        List<Tensor> gradients = parameters.stream().filter(Tensor::requiresGrad).map(Tensor::grad).filter(gradient -> gradient != null).toList();
        for (Tensor gradient : gradients) {
            squares += gradient.sumOfSquares();
        }
        double norm = Math.sqrt(squares);
        float factor = (float) (maxNorm / (norm + 1e-6));
        if (!(factor >= 1f)) {
            gradients.forEach(gradient -> gradient.write(m -> scale(m, factor)));
        }
        return norm;
    }

    @Override
    public String toString() {
        return "GradientClip(maxNorm=" + maxNorm + ")";
    }

    private static void scale(Matrix gradient, float factor) {
        for (int r = 0; r < gradient.rows(); r++) {
            for (int c = 0; c < gradient.columns(); c++) {
                gradient.set(r, c, gradient.get(r, c) * factor);
            }
        }
    }
}
