package dev.sluice.core;

import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.util.List;

/**
 * An {@link LSTM} that goes on where its last call ended: for a stream that arrives piece by piece, and for truncated back-propagation through time, in which
 * numbers are carried from one piece of a long sequence to the next and gradients are not.
 *
 * <pre>{@code
 * StatefulLSTM stream = new StatefulLSTM(lstm);
 * for (Tensor piece : pieces) {                    // [steps, batch, input]
 *     Tensor loss = mse.of(head.forward(stream.forward(piece)), ...);
 *     ...                                          // backward stops at the beginning of the piece
 * }
 * stream.reset();                                  // the next begins from zeros
 * }</pre>
 *
 * <p>Row i of each call goes on from row i of the call before it. A call with fewer rows advances the first ones, and the others wait; in one with more rows,
 * the new ones begin from zeros. The state belongs to this object, not to a scope that is open. Several streams may share one LSTM, each with an object of its own, of
 * which one thread at a time uses each. The state is not a parameter: it is not in a state dictionary.
 *
 * <p>A reverse direction reads a piece from its end, so what it carries over comes from the beginning of the piece before. That is what PyTorch gives when
 * the state is passed on, but rarely what is meant.
 */
public final class StatefulLSTM extends Module {
    private final LSTM lstm;
    private LSTMState state; // [layers · directions, rows, ..]

    /** Begins from zeros. */
    public StatefulLSTM(LSTM lstm) {
        this.lstm = module("lstm", lstm);
        reset();
    }

    /**
     * The output of the next piece of each row's sequence.
     *
     * @param input as {@link LSTM#forward(Tensor)} takes it; one sequence without a batch is row 0
     */
    public Tensor forward(Tensor input) {
        DenseBatch dense = DenseBatch.of(input, lstm.options().batchFirst);
        LSTMResult<Tensor> result = lstm.forward(input, dense.back(first(dense.batch())));
        advance(dense.batched(result.state()));
        return result.output();
    }

    /** The output of the next piece of each row's sequence; row i is the i-th sequence that was packed. */
    public PackedSequence forward(PackedSequence input) {
        LSTMResult<PackedSequence> result = lstm.forward(input, first(input.packing().batch()));
        advance(result.state());
        return result.output();
    }

    /** What runs. */
    public LSTM lstm() {
        return lstm;
    }

    /** How many rows have a state. */
    public int rows() {
        return state.h().size(1);
    }

    /** A copy of the state of all rows. */
    public LSTMState state() {
        return new LSTMState(state.h().copy(), state.c().copy());
    }

    /**
     * Goes on from another state.
     *
     * @param state [layers · directions, rows, ..] each, or [layers · directions, ..] of one row; not modified
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public void state(LSTMState state) {
        LSTMState batched = state.h().shape().rank() == 2 && state.c().shape().rank() == 2 ? state.unsqueezed() : state;
        lstm.requireState(batched, batched.h().shape().rank() == 3 ? batched.h().size(1) : 1);
        reset();
        advance(batched);
    }

    /** Every row begins from zeros. */
    public void reset() {
        state = zeros(0);
    }

    /**
     * These rows begin from zeros, the others go on.
     *
     * @throws IndexOutOfBoundsException when there is no such row; nothing is reset then
     */
    public void reset(int... rows) {
        for (int row : rows) {
            if (row < 0 || row >= rows()) {
                throw new IndexOutOfBoundsException("StatefulLSTM: row " + row + " is to be reset; there are " + rows() + " rows with a state");
            }
        }
        for (Tensor all : new Tensor[] {state.h(), state.c()}) {
            for (int k = 0; k < all.size(0); k++) {
                for (int row : rows) {
                    all.select(0, k).select(0, row).fill(0f);
                }
            }
        }
    }

    /** Where the first {@code batch} rows begin: in memory that the next {@link #advance} does not write, for backward may still need it. */
    private LSTMState first(int batch) {
        return batch == rows() && !Gradients.areOn() ? state : new LSTMState(rows(state.h(), batch), rows(state.c(), batch));
    }

    /** A copy of the first {@code batch} rows, with zeros for those that are not there. */
    private static Tensor rows(Tensor all, int batch) {
        int[] sizes = all.shape().sizes();
        int there = Math.min(sizes[1], batch);
        Tensor rows = all.narrow(1, 0, there);
        return there == batch ? rows : Tensor.cat(List.of(rows, Tensor.zeros(sizes[0], batch - there, sizes[2])), 1);
    }

    /** Writes the first rows. */
    private void advance(LSTMState last) {
        if (last.h().size(1) > rows()) {
            state = zeros(last.h().size(1));
        }
        write(last.h(), state.h());
        write(last.c(), state.c());
    }

    private static void write(Tensor from, Tensor to) {
        if (from.size(1) == to.size(1)) {
            to.copyFrom(from);
            return;
        }
        for (int k = 0; k < to.size(0); k++) {
            to.select(0, k).narrow(0, 0, from.size(1)).copyFrom(from.select(0, k));
        }
    }

    /** Zeros that live as long as the LSTM. */
    private LSTMState zeros(int rows) {
        Tensor parameter = lstm.parameters().getFirst();
        return new LSTMState(parameter.zerosBeside(lstm.options().hShape(rows).sizes()), parameter.zerosBeside(lstm.options().cShape(rows).sizes()));
    }
}
