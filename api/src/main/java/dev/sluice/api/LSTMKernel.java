package dev.sluice.api;

/**
 * One direction of one LSTM layer over all steps of a packed batch, forward and backward: the seam for backends that do better than step
 * by step. Where they are exact, their bits are those of {@link StepwiseLSTM}.
 *
 * <p>A layer may have a projection (Sak et al., 2014): then h′ = W_hr·(o·tanh(c′)), of P numbers. A kernel that does not {@linkplain #takes take} a layer
 * is never asked to; {@link StepwiseLSTM} runs it.
 *
 * <p>Rows are packed as {@link Steps} says: all live rows of step 0, then those of step 1, and so on. N is the number of rows in all, B the
 * number of sequences, I the input size, H the hidden size, R the size of h: P with a projection, else H. Gates come in the order i | f | g | o.
 */
public interface LSTMKernel {
    /** Whether this kernel runs such a layer: unless it says otherwise, one without a projection. */
    default boolean takes(Weights weights) {
        return weights.projection() == null;
    }

    /**
     * The weights in whatever layout this kernel likes. The caller prepares anew after the weights have changed (a tensor's version
     * tells), and closes what it no longer uses; until then any number of threads may call it.
     */
    Prepared prepare(Weights weights);

    /**
     * The columns of {@link Pass#saved}: how many numbers {@link Prepared#forward} leaves for each row, in a layout of this kernel's own; but
     * {@link Prepared#cells} must be among them.
     */
    default int savedWidth(Weights weights) {
        return 5 * weights.hiddenSize();
    }

    /** A kernel with its weights. It refers to them still; they do not change while it is in use. */
    interface Prepared extends AutoCloseable {
        /**
         * Runs the layer and keeps nothing.
         *
         * @param x [N, I]
         * @param first the states before each sequence, [B, R] and [B, H]
         * @param y [N, R]; written: h of every step
         * @param last [B, R] and [B, H]; written: the states after each sequence
         */
        void infer(Steps steps, Matrix x, States first, Matrix y, States last);

        /** As {@link #infer}, and {@code pass.saved()} is written for {@link #backward}; so is {@code pass.y()}. */
        void forward(Steps steps, Pass pass, States last);

        /** [N, H], the cell state after each row's step: where {@link #forward} left it in what it saved. */
        Matrix cells(Matrix saved);

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
     * @param hiddenHidden [4H, R]
     * @param inputBias [1, 4H], or null
     * @param hiddenBias [1, 4H], or null with {@code inputBias}
     * @param projection [P, H], or null
     */
    record Weights(Matrix inputHidden, Matrix hiddenHidden, Matrix inputBias, Matrix hiddenBias, Matrix projection) {
        public int inputSize() {
            return inputHidden.columns();
        }

        public int hiddenSize() {
            return hiddenHidden.rows() / 4;
        }

        /** R, the size of h. */
        public int outputSize() {
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
     * @param first [B, R] and [B, H]
     * @param y [N, R]
     * @param saved [N, {@link LSTMKernel#savedWidth}], what forward leaves for backward; owned by the caller
     */
    record Pass(Matrix x, States first, Matrix y, Matrix saved) {}

    /**
     * @param y [N, R]
     * @param cells [N, H], the gradient of {@link Prepared#cells}; null where nobody used them
     * @param last [B, R] and [B, H]
     */
    record OutputGradients(Matrix y, Matrix cells, States last) {}

    /**
     * @param x [N, I], or null where it is not wanted
     * @param first [B, R] and [B, H], or null where they are not wanted
     * @param inputHidden [4H, I]
     * @param hiddenHidden [4H, R]
     * @param bias [1, 4H], the gradient of both biases; null where there are none
     * @param projection [P, H]; null where there is none
     */
    record InputGradients(Matrix x, States first, Matrix inputHidden, Matrix hiddenHidden, Matrix bias, Matrix projection) {}
}
