package dev.sluice.core;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * The parameters of one direction of one layer, and their prepared form, which is kept until they change.
 *
 * <p>Several threads may be running on the prepared form when it is replaced; the last of them closes it.
 */
final class LSTMParameters {
    final Tensor inputHidden;
    final Tensor hiddenHidden;
    final Tensor inputBias; // or null
    final Tensor hiddenBias; // or null
    final Tensor projection; // or null
    private final List<Tensor> tensors;
    private Use current;

    /**
     * Draws parameters from U(−1/√hidden, 1/√hidden), in PyTorch's order, or makes them of zeros.
     *
     * @param suffix what their names end with
     * @param register is given each with its name
     */
    LSTMParameters(LSTMBuilder options, int inputSize, String suffix, BiFunction<String, Tensor, Tensor> register) {
        int hidden = options.hiddenSize, gates = 4 * hidden;
        float bound = (float) (1 / Math.sqrt(hidden));
        inputHidden = register.apply("weight_ih" + suffix, initial(options, bound, gates, inputSize));
        hiddenHidden = register.apply("weight_hh" + suffix, initial(options, bound, gates, options.outputSize()));
        inputBias = !options.bias ? null : register.apply("bias_ih" + suffix, initial(options, bound, gates));
        hiddenBias = !options.bias ? null : register.apply("bias_hh" + suffix, initial(options, bound, gates));
        projection = options.projection == 0 ? null : register.apply("weight_hr" + suffix, initial(options, bound, options.projection, hidden));
        tensors = Stream.of(inputHidden, hiddenHidden, inputBias, hiddenBias, projection).filter(Objects::nonNull).toList();
        if (options.forgetBias != null) {
            inputBias.detach().narrow(0, hidden, hidden).fill(options.forgetBias);
            hiddenBias.detach().narrow(0, hidden, hidden).fill(0f);
        }
    }

    private static Tensor initial(LSTMBuilder options, float bound, int... sizes) {
        return options.zeros ? Tensor.zeros(sizes) : Tensor.uniform(options.random, -bound, bound, sizes);
    }

    /** The parameters in PyTorch's order. */
    List<Tensor> tensors() {
        return tensors;
    }

    private static Matrix matrix(Tensor tensor) {
        return tensor == null ? null : tensor.matrix();
    }

    /** The weights as a kernel takes them; fails if they are gone. */
    LSTMKernel.Weights weights() {
        return new LSTMKernel.Weights(inputHidden.matrix(), hiddenHidden.matrix(), matrix(inputBias), matrix(hiddenBias), matrix(projection));
    }

    /** The weights as they are now, prepared; to be closed after use. What was prepared while they were written serves this use alone. */
    synchronized Use use(LSTMKernel kernel) {
        long version = version();
        LSTMKernel.Weights weights = weights();
        if (current != null && current.version != version) {
            current.retire();
            current = null;
        }
        Use use = current;
        if (use == null) {
            boolean writing = tensors.stream().anyMatch(Tensor::isBeingWritten);
            use = new Use(kernel.prepare(weights), version);
            if (writing || version() != version) {
                use.retired = true;
            } else {
                current = use;
            }
        }
        use.users++;
        return use;
    }

    private long version() {
        long sum = 0;
        for (Tensor tensor : tensors) {
            sum += tensor.version();
        }
        return sum;
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
