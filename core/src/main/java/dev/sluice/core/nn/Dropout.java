package dev.sluice.core.nn;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;

/**
 * In training, sets each element to zero with a probability and scales the others by 1/(1 − probability); in use, does nothing. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html">torch.nn.Dropout</a>. Elements draw in row-major order.
 */
public final class Dropout extends Module implements Layer {
    private final float probability;
    private final Generator random;

    /** Draws from {@link Generator#shared}. */
    public Dropout(double probability) {
        this(probability, Generator.shared());
    }

    /**
     * @throws IllegalArgumentException unless 0 ≤ probability ≤ 1
     */
    public Dropout(double probability, Generator random) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("Dropout: probability " + probability + "; a number from 0 to 1 is required");
        }
        this.probability = (float) probability;
        this.random = random;
    }

    @Override
    public Tensor forward(Tensor input) {
        if (!isTraining() || probability == 0f) {
            return input;
        }
        Tensor factors = Tensor.rand(random, input.shape().sizes());
        Matrix m = factors.matrixToWrite();
        for (int r = 0; r < m.rows(); r++) {
            for (int c = 0; c < m.columns(); c++) {
                m.set(r, c, m.get(r, c) < probability ? 0f : 1f / (1f - probability));
            }
        }
        return input.mul(factors);
    }

    @Override
    protected String settings() {
        return Float.toString(probability);
    }
}
