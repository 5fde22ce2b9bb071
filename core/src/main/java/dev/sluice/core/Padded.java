package dev.sluice.core;

import dev.sluice.api.tensor.Keepable;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;

/**
 * Sequences of different lengths in one tensor, the shorter ones filled up. An LSTM runs over a padding as over any other step, and a loss counts it:
 * {@link #pack} first, or leave it out by the lengths.
 *
 * <pre>{@code
 * Padded padded = Padded.of(List.of(xs, ys), Layout.BATCH_FIRST);        // xs [10, 5], ys [8, 5]: data [2, 10, 5], lengths [10, 8]
 * PackedSequence packed = padded.pack();                                 // data [18, 5]
 * List<Tensor> back = padded.unpad();                                    // [10, 5], [8, 5]
 * }</pre>
 *
 * @param data [batch, steps, ..] or [steps, batch, ..], as {@code layout} says
 * @param lengths the length of each sequence
 * @param side where the padding is
 */
public record Padded(Tensor data, int[] lengths, Layout layout, PaddingSide side) implements Keepable<Padded> {
    /**
     * @throws IllegalArgumentException when there is not one length for each sequence, or a length is negative or more than there are steps
     */
    public Padded {
        if (data.shape().rank() < 2) {
            throw new IllegalArgumentException("padded: the tensor is " + data.shape() + "; at least the dimensions batch and steps are required");
        }
        int batch = data.size(layout == Layout.BATCH_FIRST ? 0 : 1);
        int steps = data.size(layout == Layout.BATCH_FIRST ? 1 : 0);
        if ((long) batch * steps > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("padded: the tensor is " + data.shape() + "; batch · steps must be at most " + Integer.MAX_VALUE);
        }
        if (lengths.length != batch) {
            throw new IllegalArgumentException("padded: " + lengths.length + " lengths for a batch of " + batch + " in a tensor of shape "
                    + data.shape() + " (" + layout + "); one for each sequence is required");
        }
        for (int i = 0; i < batch; i++) {
            if (lengths[i] < 0 || lengths[i] > steps) {
                throw new IllegalArgumentException("padded: sequence " + i + " has length " + lengths[i] + " in a tensor of shape " + data.shape()
                        + " (" + layout + "); lengths go from 0 to its steps (" + steps + ")");
            }
        }
        lengths = lengths.clone();
    }

    /** With the padding behind. */
    public Padded(Tensor data, int[] lengths, Layout layout) {
        this(data, lengths, layout, PaddingSide.RIGHT);
    }

    /** Sequences [length, ..] filled up with zeros behind, to the length of the longest. */
    public static Padded of(List<Tensor> sequences, Layout layout) {
        return of(sequences, layout, 0f, PaddingSide.RIGHT);
    }

    /**
     * Sequences [length, ..] filled up to the length of the longest, as {@code torch.nn.utils.rnn.pad_sequence}. They may be empty.
     *
     * @param value what fills the sequences up
     * @throws IllegalArgumentException when there are none, or the other dimensions differ
     */
    public static Padded of(List<Tensor> sequences, Layout layout, float value, PaddingSide side) {
        int[] lengths = lengths("pad", sequences);
        int steps = Arrays.stream(lengths).max().orElseThrow(), batch = lengths.length;
        int[] starts = starts(lengths);
        int[] places = places(lengths, steps, layout, side, (i, t) -> starts[i] + t);
        return new Padded(Tensor.cat(sequences, 0).rows(places, value).view(sizes(batch, steps, layout, sequences.getFirst())), lengths, layout, side);
    }

    /** The lengths of sequences that differ in nothing else. */
    static int[] lengths(String operation, List<Tensor> sequences) {
        if (sequences.isEmpty()) {
            throw new IllegalArgumentException(operation + ": the list of sequences is empty; at least one is required");
        }
        for (int i = 0; i < sequences.size(); i++) {
            if (sequences.get(i).shape().rank() == 0) {
                throw new IllegalArgumentException(operation + ": sequence " + i + " is a single number; [length, ..] is required");
            }
            if (!sequences.get(i).shape().without(0).equals(sequences.getFirst().shape().without(0))) {
                throw new IllegalArgumentException(operation + ": sequence 0 is " + sequences.getFirst().shape() + ", sequence " + i + " is " + sequences.get(i).shape()
                        + "; only their lengths, the first dimension, may differ");
            }
        }
        return sequences.stream().mapToInt(s -> s.size(0)).toArray();
    }

    /** Where each sequence begins when they lie one after the other. */
    static int[] starts(int[] lengths) {
        int[] starts = new int[lengths.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }
        return starts;
    }

    /** [batch, steps, ..] or [steps, batch, ..], with the other dimensions of {@code rows} [n, ..]. */
    static int[] sizes(int batch, int steps, Layout layout, Tensor rows) {
        return IntStream.concat(layout == Layout.BATCH_FIRST ? IntStream.of(batch, steps) : IntStream.of(steps, batch), Arrays.stream(rows.shape().sizes()).skip(1)).toArray();
    }

    /** For each place of a padded batch, which row goes there, given that of each sequence and step; −1 where padding goes. */
    static int[] places(int[] lengths, int steps, Layout layout, PaddingSide side, IntBinaryOperator row) {
        int batch = lengths.length;
        if ((long) batch * steps > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("pad: " + batch + " sequences of " + steps + " steps; no more than " + Integer.MAX_VALUE + " steps in all can be padded");
        }
        int[] rows = new int[batch * steps];
        Arrays.fill(rows, -1);
        for (int i = 0; i < batch; i++) {
            for (int t = 0; t < lengths[i]; t++) {
                rows[start(i, lengths[i], batch, steps, layout, side) + t * stride(batch, layout)] = row.applyAsInt(i, t);
            }
        }
        return rows;
    }

    /** The place of the first step of a sequence. */
    private static int start(int sequence, int length, int batch, int steps, Layout layout, PaddingSide side) {
        int before = side == PaddingSide.RIGHT ? 0 : steps - length;
        return layout == Layout.BATCH_FIRST ? sequence * steps + before : before * batch + sequence;
    }

    /** How far apart the steps of a sequence are. */
    private static int stride(int batch, Layout layout) {
        return layout == Layout.BATCH_FIRST ? 1 : batch;
    }

    private int start(int sequence) {
        return start(sequence, lengths[sequence], lengths.length, data.size(layout == Layout.BATCH_FIRST ? 1 : 0), layout, side);
    }

    /** The length of each sequence. */
    @Override
    public int[] lengths() {
        return lengths.clone();
    }

    /** Without the padding, as {@link PackedSequence}. */
    public PackedSequence pack() {
        return pack(Order.ANY);
    }

    /**
     * Without the padding, as {@link PackedSequence}.
     *
     * @throws IllegalArgumentException when a sequence is empty, or they are not in the order demanded
     */
    public PackedSequence pack(Order order) {
        Packing packing = Packing.of(order, lengths);
        int[] starts = IntStream.range(0, lengths.length).map(this::start).toArray();
        return new PackedSequence(places().rows(packing.gather(starts, stride(lengths.length, layout))), packing);
    }

    /** The sequences [length, ..] without their padding, as {@code torch.nn.utils.rnn.unpad_sequence}. */
    public List<Tensor> unpad() {
        Tensor places = places();
        int stride = stride(lengths.length, layout);
        return IntStream.range(0, lengths.length).mapToObj(i -> places.rows(IntStream.range(0, lengths[i]).map(t -> start(i) + t * stride).toArray())).toList();
    }

    @Override
    public Padded keep(TensorScope scope) {
        return new Padded(scope.keep(data), lengths, layout, side);
    }

    /** [batch · steps, ..] */
    private Tensor places() {
        int[] sizes = data.shape().sizes();
        int[] merged = Arrays.copyOfRange(sizes, 1, sizes.length);
        merged[0] = sizes[0] * sizes[1];
        return data.view(merged);
    }

    @Override
    public String toString() {
        return "Padded(" + data.shape() + ", lengths=" + Arrays.toString(lengths) + ", " + layout + (side == PaddingSide.RIGHT ? "" : ", padding " + side) + ")";
    }
}
