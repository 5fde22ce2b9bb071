package dev.sluice.core;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * The parameters of one direction of one layer, and their prepared form, which is kept until they change.
 *
 * <p>Several threads may be running on the prepared form when it is replaced; the last of them closes it.
 */
final class LSTMParameters {
    /** With more, [4 · hidden, hidden] has more elements than a tensor can hold. */
    private static final int LARGEST_HIDDEN_SIZE = 23_170;

    private final Tensor inputHidden;
    private final Tensor hiddenHidden;
    private final Tensor inputBias;
    private final Tensor hiddenBias;
    private Use current;

    /** Biases are null where there are none. */
    LSTMParameters(Tensor inputHidden, Tensor hiddenHidden, Tensor inputBias, Tensor hiddenBias) {
        this.inputHidden = inputHidden;
        this.hiddenHidden = hiddenHidden;
        this.inputBias = inputBias;
        this.hiddenBias = hiddenBias;
    }

    static void requireSizes(String layer, int inputSize, int hiddenSize) {
        if (inputSize < 1 || hiddenSize < 1 || hiddenSize > LARGEST_HIDDEN_SIZE) {
            throw new IllegalArgumentException(layer + ": input size " + inputSize + ", hidden size " + hiddenSize + "; both must be at least 1, and the hidden size at most "
                    + LARGEST_HIDDEN_SIZE);
        }
    }

    /** The parameters in PyTorch's order: weights, then biases if there are any. */
    List<Tensor> tensors() {
        return hasBias() ? List.of(inputHidden, hiddenHidden, inputBias, hiddenBias) : List.of(inputHidden, hiddenHidden);
    }

    boolean hasBias() {
        return inputBias != null;
    }

    int inputSize() {
        return inputHidden.size(1);
    }

    int hiddenSize() {
        return hiddenHidden.size(1);
    }

    /** The weights as they are now, prepared; to be closed after use. */
    synchronized Use use(LSTMKernel kernel) {
        long version = tensors().stream().mapToLong(Tensor::version).sum();
        LSTMKernel.Weights weights = new LSTMKernel.Weights(inputHidden.matrix(), hiddenHidden.matrix(), hasBias() ? inputBias.matrix() : null,
                hasBias() ? hiddenBias.matrix() : null); // also says so if they are gone
        if (current == null || current.version != version) {
            if (current != null) {
                current.retire();
                current = null;
            }
            current = new Use(kernel.prepare(weights), version);
        }
        current.users++;
        return current;
    }

    /** Prepared weights while somebody computes with them. */
    final class Use implements AutoCloseable {
        private final LSTMKernel.Prepared prepared;
        private final long version;
        private int users;
        private boolean retired;

        private Use(LSTMKernel.Prepared prepared, long version) {
            this.prepared = prepared;
            this.version = version;
        }

        LSTMKernel.Prepared prepared() {
            return prepared;
        }

        private void retire() {
            retired = true;
            closeIfUnused();
        }

        private void closeIfUnused() {
            if (retired && users == 0) {
                prepared.close();
            }
        }

        @Override
        public void close() {
            synchronized (LSTMParameters.this) {
                users--;
                closeIfUnused();
            }
        }
    }
}
