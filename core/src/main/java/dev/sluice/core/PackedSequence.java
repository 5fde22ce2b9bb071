package dev.sluice.core;

import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Sequences of different lengths in one tensor without padding, as {@link Packing} lays them out.
 *
 * <pre>{@code
 * PackedSequence words = PackedSequence.pack(List.of(xs, ys));   // xs [10, 5], ys [8, 5]: data [18, 5]
 * Padded padded = words.pad(Layout.BATCH_FIRST);                 // data [2, 10, 5], lengths [10, 8]
 * List<Tensor> back = words.unpack();                            // [10, 5], [8, 5]
 * }</pre>
 *
 * <p>All of this is differentiable.
 *
 * @param data [rows, ..], a row for each step of each sequence
 */
public record PackedSequence(Tensor data, Packing packing) {
    /**
     * @throws IllegalArgumentException when there is not one row of data for each packed step
     */
    public PackedSequence {
        if (data.shape().rank() == 0 || data.size(0) != packing.rows()) {
            throw new IllegalArgumentException("PackedSequence: data is " + data.shape() + "; " + packing.rows() + " rows are required, one for each packed step");
        }
    }

    /** Packs tensors [length, ..] of any lengths, in any order. */
    public static PackedSequence pack(List<Tensor> sequences) {
        return pack(sequences, Order.ANY);
    }

    /**
     * Packs tensors [length, ..], as {@code torch.nn.utils.rnn.pack_sequence}.
     *
     * @throws IllegalArgumentException when the list or a sequence is empty, the other dimensions differ, or the order is not the one demanded
     */
    public static PackedSequence pack(List<Tensor> sequences, Order order) {
        if (sequences.isEmpty()) {
            throw new IllegalArgumentException("pack: the list of sequences is empty; at least one is required");
        }
        for (int i = 0; i < sequences.size(); i++) {
            if (sequences.get(i).shape().rank() == 0) {
                throw new IllegalArgumentException("pack: sequence " + i + " is a single number; [length, ..] is required");
            }
            if (!sequences.get(i).shape().without(0).equals(sequences.getFirst().shape().without(0))) {
                throw new IllegalArgumentException("pack: sequence 0 is " + sequences.getFirst().shape() + ", sequence " + i + " is " + sequences.get(i).shape()
                        + "; only their lengths, the first dimension, may differ");
            }
        }
        Packing packing = Packing.of(order, sequences.stream().mapToInt(s -> s.size(0)).toArray());
        int[] starts = new int[sequences.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + sequences.get(i - 1).size(0);
        }
        return new PackedSequence(Tensor.cat(sequences, 0).rows(packing.gather(starts, 1)), packing);
    }

    /** Packs the first {@code lengths[i]} steps of each sequence of a padded batch, in any order. */
    public static PackedSequence packPadded(Tensor padded, Layout layout, int... lengths) {
        return packPadded(padded, layout, Order.ANY, lengths);
    }

    /**
     * Packs the first {@code lengths[i]} steps of each sequence of a padded batch, as
     * {@code torch.nn.utils.rnn.pack_padded_sequence}.
     *
     * @param padded [batch, steps, ..] or [steps, batch, ..]
     * @throws IllegalArgumentException when there is not one length for each sequence, or a length is less than 1 or more than there are steps
     */
    public static PackedSequence packPadded(Tensor padded, Layout layout, Order order, int... lengths) {
        if (padded.shape().rank() < 2) {
            throw new IllegalArgumentException("packPadded: the tensor is " + padded.shape() + "; at least the dimensions batch and steps are required");
        }
        int batch = padded.size(layout == Layout.BATCH_FIRST ? 0 : 1);
        int steps = padded.size(layout == Layout.BATCH_FIRST ? 1 : 0);
        if (lengths.length != batch) {
            throw new IllegalArgumentException("packPadded: " + lengths.length + " lengths for a batch of " + batch + " in a tensor of shape "
                    + padded.shape() + " (" + layout + "); one for each sequence is required");
        }
        for (int i = 0; i < batch; i++) {
            if (lengths[i] > steps) {
                throw new IllegalArgumentException("packPadded: sequence " + i + " has length " + lengths[i] + " in a tensor of shape " + padded.shape()
                        + " (" + layout + "); no length may be more than its steps (" + steps + ")");
            }
        }
        Packing packing = Packing.of(order, lengths);
        int[] starts = IntStream.range(0, batch).map(i -> layout == Layout.BATCH_FIRST ? i * steps : i).toArray();
        int[] rows = packing.gather(starts, layout == Layout.BATCH_FIRST ? 1 : batch);
        return new PackedSequence(mergeFirstTwo(padded).rows(rows), packing);
    }

    private static Tensor mergeFirstTwo(Tensor tensor) {
        int[] sizes = tensor.shape().sizes();
        int[] merged = Arrays.copyOfRange(sizes, 1, sizes.length);
        merged[0] = sizes[0] * sizes[1];
        return tensor.view(merged);
    }

    /** The data through a layer that keeps its rows, in the same packing: {@code packed.map(linear::forward)}. */
    public PackedSequence map(UnaryOperator<Tensor> layer) {
        return new PackedSequence(layer.apply(data), packing);
    }

    /** A padded batch, filled up with zeros to the longest sequence. */
    public Padded pad(Layout layout) {
        return pad(layout, 0f, packing.steps());
    }

    /**
     * A padded batch, as {@code torch.nn.utils.rnn.pad_packed_sequence}.
     *
     * @param value what fills the sequences up
     * @param totalLength the number of steps, at least those of the longest sequence
     */
    public Padded pad(Layout layout, float value, int totalLength) {
        if (totalLength < packing.steps()) {
            throw new IllegalArgumentException("pad: a total length of " + totalLength + "; it must be at least the longest sequence's (" + packing.steps() + ")");
        }
        int batch = packing.batch();
        int[] lengths = packing.lengths();
        int[] rows = new int[Math.multiplyExact(batch, totalLength)];
        Arrays.fill(rows, -1);
        for (int i = 0; i < batch; i++) {
            for (int t = 0; t < lengths[i]; t++) {
                rows[layout == Layout.BATCH_FIRST ? i * totalLength + t : t * batch + i] = packing.row(i, t);
            }
        }
        int[] sizes = IntStream.concat(layout == Layout.BATCH_FIRST ? IntStream.of(batch, totalLength) : IntStream.of(totalLength, batch),
                Arrays.stream(data.shape().sizes()).skip(1)).toArray();
        return new Padded(data.rows(rows, value).view(sizes), lengths, layout);
    }

    /** The sequences [length, ..] in the order they were given, as {@code torch.nn.utils.rnn.unpack_sequence}. */
    public List<Tensor> unpack() {
        int[] lengths = packing.lengths();
        int[] rows = IntStream.range(0, lengths.length).flatMap(i -> IntStream.range(0, lengths[i]).map(t -> packing.row(i, t))).toArray();
        Tensor inOrder = data.rows(rows);
        List<Tensor> sequences = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            sequences.add(inOrder.narrow(0, start, length));
            start += length;
        }
        return sequences;
    }
}
