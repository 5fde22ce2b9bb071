package dev.sluice.core;

import dev.sluice.api.tensor.Tensor;

/** A dense input as packed rows, and results in the form that the input had. */
record DenseBatch(Tensor input, int steps, int batch, boolean batchFirst, boolean unbatched) {
    /**
     * @param input [steps, batch, size], [batch, steps, size] if {@code batchFirst}, or [steps, size]
     */
    static DenseBatch of(Tensor input, boolean batchFirst) {
        int rank = input.shape().rank();
        if (rank != 2 && rank != 3) {
            throw new IllegalArgumentException("LSTM: input is " + input.shape() + ", of " + rank + " dimensions; 3 are required ("
                    + (batchFirst ? "batch, steps" : "steps, batch") + ", input size), or 2 for one sequence (steps, input size)");
        }
        boolean swapped = rank == 3 && batchFirst;
        int steps = input.size(swapped ? 1 : 0);
        int batch = rank == 2 ? 1 : input.size(swapped ? 0 : 1);
        if (steps == 0) {
            throw new IllegalArgumentException("LSTM: input is " + input.shape() + "; sequences must have at least 1 step");
        }
        return new DenseBatch(input, steps, batch, swapped, rank == 2);
    }

    /** [steps · batch, size], in packed order. */
    Tensor rows() {
        return (batchFirst ? input.transpose(0, 1) : input).view(steps * batch, input.size(-1));
    }

    Packing packing() {
        return Packing.dense(steps, batch);
    }

    /** [layers · directions, ..] with a batch of one in the middle, if the input has none. */
    LSTMState batched(LSTMState state) {
        return unbatched ? state.unsqueezed() : state;
    }

    /** The opposite of {@link #batched}. */
    LSTMState back(LSTMState state) {
        return unbatched ? state.squeezed() : state;
    }

    /** Packed rows in the form of the input. */
    Tensor back(Tensor rows) {
        if (unbatched) {
            return rows;
        }
        Tensor output = rows.view(steps, batch, rows.size(1));
        return batchFirst ? output.transpose(0, 1) : output;
    }
}
