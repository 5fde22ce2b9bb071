package dev.sluice.api;

/**
 * One direction of one LSTM layer over all steps of a packed batch, forward and backward: the seam for backends that do better than step
 * by step. Where they are exact, their bits are those of {@link StepwiseLSTM}.
 *
 * <p>Rows are packed as {@link Steps} says: all live rows of step 0, then those of step 1, and so on. N is the number of rows in all, B the
 * number of sequences, I the input size, H the hidden size. Gates come in the order i | f | g | o.
 */
public interface LSTMKernel {
    /**
     * The weights in whatever layout this kernel likes. The caller prepares anew after the weights have changed (a tensor's version
     * tells), and closes what it no longer uses; until then any number of threads may call it.
     */
    Prepared prepare(Weights weights);

    /**
     * The columns of {@link Pass#saved}: how many numbers {@link Prepared#forward} leaves for each row, in a layout of this kernel's own. Unless a
     * kernel wants others: the activated gates and the cell state.
     */
    default int savedWidth(int hiddenSize) {
        return 5 * hiddenSize;
    }

    /** A kernel with its weights. It refers to them still; they do not change while it is in use. */
    interface Prepared extends AutoCloseable {
        /**
         * Runs the layer and keeps nothing.
         *
         * @param x [N, I]
         * @param first the states before each sequence, [B, H] each
         * @param y [N, H]; written: h of every step
         * @param last [B, H] each; written: the states after each sequence
         */
        void infer(Steps steps, Matrix x, States first, Matrix y, States last);

        /** As {@link #infer}, and {@code pass.saved()} is written for {@link #backward}; so is {@code pass.y()}. */
        void forward(Steps steps, Pass pass, States last);

        /**
         * The gradients of everything that went in. Each starts from +0 and is complete; {@code pass} is not modified, so that this may be
         * called again.
         *
         * @param given the gradients of y and of the last states
         * @param wanted written; null where nobody asked
         */
        void backward(Steps steps, Pass pass, OutputGradients given, InputGradients wanted);

        @Override
        void close();
    }

    /**
     * @param inputHidden [4H, I]
     * @param hiddenHidden [4H, H]
     * @param inputBias [1, 4H], or null
     * @param hiddenBias [1, 4H], or null with {@code inputBias}
     */
    record Weights(Matrix inputHidden, Matrix hiddenHidden, Matrix inputBias, Matrix hiddenBias) {
        public int inputSize() {
            return inputHidden.columns();
        }

        public int hiddenSize() {
            return hiddenHidden.columns();
        }
    }

    /**
     * The shape of a packed batch and the way through it.
     *
     * @param batchSizes the number of live rows of each step, never increasing, perhaps 0 from some step on; not modified, by anyone
     */
    record Steps(int[] batchSizes, Direction direction) {
        public int count() {
            return batchSizes.length;
        }

        /** The number of sequences. */
        public int batch() {
            return batchSizes.length == 0 ? 0 : batchSizes[0];
        }

        /** The number of rows in all. */
        public int rows() {
            int rows = 0;
            for (int live : batchSizes) {
                rows += live;
            }
            return rows;
        }
    }

    /** Hidden and cell states, a row for each sequence, the longest sequence first. */
    record States(Matrix h, Matrix c) {}

    /**
     * Everything that went into {@link Prepared#forward} and came out of it, for the way back.
     *
     * @param x [N, I]
     * @param first [B, H] each
     * @param y [N, H]
     * @param saved [N, {@link LSTMKernel#savedWidth}], what forward leaves for backward; owned by the caller
     */
    record Pass(Matrix x, States first, Matrix y, Matrix saved) {}

    /**
     * @param y [N, H]
     * @param last [B, H] each
     */
    record OutputGradients(Matrix y, States last) {}

    /**
     * @param x [N, I], or null where it is not wanted
     * @param first [B, H] each, or null where they are not wanted
     * @param inputHidden [4H, I]
     * @param hiddenHidden [4H, H]
     * @param bias [1, 4H], the gradient of both biases; null where there are none
     */
    record InputGradients(Matrix x, States first, Matrix inputHidden, Matrix hiddenHidden, Matrix bias) {}
}
