package dev.sluice.core;

import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

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
 * the new ones begin from zeros. Where other rows than the first have input, name them: {@code stream.forward(piece, 0, 3, 4)}. The state belongs to this
 * object, not to a scope that is open. Several streams may share one LSTM, each with an object of its own, of which one thread at a time uses each.
 * The state is not a parameter: it is not in a state dictionary.
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
        DenseBatch dense = batch(input);
        return run(dense, first(dense.batch()));
    }

    /**
     * The output of the next piece of some rows' sequences, while all other rows wait: the bits of those rows alone. Rows that are not there yet begin from zeros.
     *
     * @param input as {@link LSTM#forward(Tensor)} takes it
     * @param rows from which row each sequence of the input goes on
     * @throws IllegalArgumentException when there is not one row for each sequence, or a row is negative or named twice; nothing has changed then
     */
    public Tensor forward(Tensor input, int... rows) {
        DenseBatch dense = batch(input);
        requireRows(dense.batch(), rows);
        return run(dense, rows);
    }

    /** As {@link #forward(Tensor)}; row i is the i-th sequence that was packed. */
    public PackedSequence forward(PackedSequence input) {
        return run(input, first(input.packing().batch()));
    }

    /** As {@link #forward(Tensor, int...)}; {@code rows[i]} is that of the i-th sequence that was packed. */
    public PackedSequence forward(PackedSequence input, int... rows) {
        requireRows(input.packing().batch(), rows);
        return run(input, rows);
    }

    private DenseBatch batch(Tensor input) {
        return DenseBatch.of(input, lstm.options().batchFirst);
    }

    private static int[] first(int count) {
        return IntStream.range(0, count).toArray();
    }

    private Tensor run(DenseBatch dense, int[] rows) {
        LSTMResult<Tensor> result = lstm.forward(dense.input(), dense.back(before(rows)));
        advance(dense.batched(result.state()), rows);
        return result.output();
    }

    private PackedSequence run(PackedSequence input, int[] rows) {
        LSTMResult<PackedSequence> result = lstm.forward(input, before(rows));
        advance(result.state(), rows);
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
     * A copy of the state of some rows, in their order.
     *
     * @throws IndexOutOfBoundsException when there is no such row
     */
    public LSTMState state(int... rows) {
        requireThere("read", rows);
        return gathered(rows);
    }

    /**
     * Goes on from another state.
     *
     * @param state [layers · directions, rows, ..] each, or [layers · directions, ..] of one row; not modified
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public void state(LSTMState state) {
        LSTMState batched = batched(state);
        reset();
        advance(batched, first(batched.h().size(1)));
    }

    /**
     * Some rows go on from another state, the others from their own.
     *
     * @param state [layers · directions, rows.length, ..] each, or [layers · directions, ..] of one row; not modified
     * @throws IllegalArgumentException when the sizes do not fit, or a row is negative or named twice; nothing has changed then
     */
    public void state(LSTMState state, int... rows) {
        LSTMState batched = batched(state);
        requireRows(batched.h().size(1), rows);
        advance(batched, rows);
    }

    private LSTMState batched(LSTMState state) {
        LSTMState batched = state.h().shape().rank() == 2 && state.c().shape().rank() == 2 ? state.unsqueezed() : state;
        lstm.requireState(batched, batched.h().shape().rank() == 3 ? batched.h().size(1) : 1);
        return batched;
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
        requireThere("reset", rows);
        for (Tensor all : new Tensor[] {state.h(), state.c()}) {
            for (int k = 0; k < all.size(0); k++) {
                for (int row : rows) {
                    all.select(0, k).select(0, row).fill(0f);
                }
            }
        }
    }

    private void requireThere(String purpose, int[] rows) {
        for (int row : rows) {
            if (row < 0 || row >= rows()) {
                throw new IndexOutOfBoundsException("StatefulLSTM: row " + row + " is to be " + purpose + "; there are " + rows() + " rows with a state");
            }
        }
    }

    private void requireRows(int batch, int[] rows) {
        if (rows.length != batch) {
            throw new IllegalArgumentException("StatefulLSTM: " + rows.length + " rows for " + batch + " sequences; one row for each is required");
        }
        int most = Integer.MAX_VALUE / lstm.options().cShape(1).elements();
        Map<Integer, Integer> positions = new HashMap<>();
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= most) {
                throw new IllegalArgumentException("StatefulLSTM: row " + rows[i] + " at position " + i + "; rows go from 0 to " + (most - 1));
            }
            Integer earlier = positions.put(rows[i], i);
            if (earlier != null) {
                throw new IllegalArgumentException("StatefulLSTM: row " + rows[i] + " at positions " + earlier + " and " + i + "; a row can go on only once in a call");
            }
        }
    }

    /** Where these rows begin: in memory that the next {@link #advance} does not write, for backward may still need it. */
    private LSTMState before(int[] rows) {
        return areAll(rows) && !Gradients.areOn() ? state : gathered(rows);
    }

    private boolean areAll(int[] rows) {
        return Arrays.equals(rows, first(rows()));
    }

    private LSTMState gathered(int[] rows) {
        return new LSTMState(gathered(state.h(), rows), gathered(state.c(), rows));
    }

    /** A copy of some rows, with zeros for those that are not there. */
    private static Tensor gathered(Tensor all, int[] rows) {
        int states = all.size(0), there = all.size(1), size = all.size(2);
        int[] places = IntStream.range(0, states).flatMap(k -> IntStream.of(rows).map(row -> row < there ? k * there + row : -1)).toArray();
        return all.view(states * there, size).rows(places, 0f).view(states, rows.length, size);
    }

    /** Writes these rows; those between that are not there yet begin from zeros. */
    private void advance(LSTMState last, int[] rows) {
        int needed = IntStream.of(rows).max().orElse(-1) + 1;
        if (needed > rows()) {
            LSTMState before = state;
            state = zeros(needed);
            write(before, first(before.h().size(1)));
        }
        write(last.detach(), rows);
    }

    private void write(LSTMState from, int[] rows) {
        write(from.h(), state.h(), rows);
        write(from.c(), state.c(), rows);
    }

    private static void write(Tensor from, Tensor to, int[] rows) {
        if (Arrays.equals(rows, first(to.size(1)))) {
            to.copyFrom(from);
            return;
        }
        for (int k = 0; k < to.size(0); k++) {
            for (int i = 0; i < rows.length; i++) {
                to.select(0, k).select(0, rows[i]).copyFrom(from.select(0, k).select(0, i));
            }
        }
    }

    /** Zeros that live as long as the LSTM. */
    private LSTMState zeros(int rows) {
        Tensor parameter = lstm.parameters().getFirst();
        return new LSTMState(parameter.zerosBeside(lstm.options().hShape(rows).sizes()), parameter.zerosBeside(lstm.options().cShape(rows).sizes()));
    }
}
