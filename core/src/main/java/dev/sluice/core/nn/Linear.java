package dev.sluice.core.nn;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * y = b + x·Wᵀ over the last dimension. As <a href="https://pytorch.org/docs/stable/generated/torch.nn.Linear.html">torch.nn.Linear</a>:
 * {@code weight} [out, in] and {@code bias} [out], drawn from U(−1/√in, 1/√in).
 */
public final class Linear extends Module implements Layer {
    private final Backend backend;
    private final Tensor weight;
    private final Tensor bias;

    /** Draws from {@link Generator#shared}, runs on {@link Backends#current}. */
    public Linear(int inputSize, int outputSize) {
        this(inputSize, outputSize, Generator.shared());
    }

    public Linear(int inputSize, int outputSize, Generator random) {
        this(drawn(inputSize, outputSize, random, outputSize, inputSize), drawn(inputSize, outputSize, random, outputSize));
    }

    private static Tensor drawn(int inputSize, int outputSize, Generator random, int... sizes) {
        if (inputSize < 1 || outputSize < 1) {
            throw new IllegalArgumentException("Linear: sizes " + inputSize + " to " + outputSize + "; both must be at least 1");
        }
        float bound = (float) (1 / Math.sqrt(inputSize));
        return Tensor.uniform(random, -bound, bound, sizes);
    }

    private Linear(Tensor weight, Tensor bias) {
        backend = Backends.current();
        this.weight = parameter("weight", weight);
        this.bias = parameter("bias", bias);
    }

    /**
     * With these very tensors as its parameters, which are trained unless {@link #requireGrad(boolean)} says otherwise; nothing is drawn.
     *
     * @param weight [out, in]
     * @param bias [out]
     */
    public static Linear of(Tensor weight, Tensor bias) {
        if (weight.shape().rank() != 2 || weight.shape().elements() == 0 || bias.shape().rank() != 1 || bias.size(0) != weight.size(0)) {
            throw new IllegalArgumentException("Linear: weight is " + weight.shape() + ", bias is " + bias.shape() + "; [out, in] and [out] are required, of at least 1 each");
        }
        return new Linear(weight, bias);
    }

    /**
     * @param input [.., in]
     * @return [.., out]
     * @throws java.util.ConcurrentModificationException see {@link Module}
     */
    @Override
    public Tensor forward(Tensor input) {
        if (input.shape().rank() == 0 || input.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("Linear: input is " + input.shape() + "; its last dimension must be the input size (" + weight.size(1) + ")");
        }
        return undisturbed(() -> {
            Tensor output = Tensor.zeros(input.shape().with(-1, weight.size(0)).sizes());
            Matrix y = output.matrixToWrite();
            backend.addRow(bias.matrix(), y);
            backend.gemm(input.matrix(), Transpose.NO, weight.matrix(), Transpose.YES, 1f, y);
            Gradients.record(new Affine(backend, input, weight, bias), output);
            return output;
        });
    }

    private record Affine(Backend backend, Tensor x, Tensor weight, Tensor bias) implements Operation {
        @Override
        public String name() {
            return "Linear";
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(x, weight, bias);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(x, weight);
        }

        @Override
        public Tensor[] backward(Tensor[] gradients) {
            Matrix dy = gradients[0].matrix();
            Tensor dx = x.requiresGrad() ? Tensor.empty(x.shape()) : null;
            if (dx != null) {
                backend.gemm(dy, Transpose.NO, weight.matrix(), Transpose.NO, 0f, dx.matrixToWrite());
            }
            Tensor dWeight = weight.requiresGrad() ? Tensor.empty(weight.shape()) : null;
            if (dWeight != null) {
                backend.gemm(dy, Transpose.YES, x.matrix(), Transpose.NO, 0f, dWeight.matrixToWrite());
            }
            Tensor dBias = bias.requiresGrad() ? Tensor.empty(bias.shape()) : null;
            if (dBias != null) {
                backend.sumRows(dy, 0f, dBias.matrixToWrite());
            }
            return new Tensor[] {dx, dWeight, dBias};
        }
    }

    @Override
    protected String settings() {
        return weight.size(1) + ", " + weight.size(0);
    }
}
