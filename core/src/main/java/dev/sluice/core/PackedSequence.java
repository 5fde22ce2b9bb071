package dev.sluice.core;

import dev.sluice.api.tensor.Keepable;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
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
public record PackedSequence(Tensor data, Packing packing) implements Keepable<PackedSequence> {
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

    /** Whether the other has the same packing and the same numbers. */
    public boolean equalTo(PackedSequence other) {
        return packing.equals(other.packing) && data.shape().equals(other.data.shape()) && data.equalTo(other.data).all();
    }

    /**
     * Packs tensors [length, ..], as {@code torch.nn.utils.rnn.pack_sequence}.
     *
     * @throws IllegalArgumentException when the list or a sequence is empty, the other dimensions differ, or the order is not the one demanded
     */
    public static PackedSequence pack(List<Tensor> sequences, Order order) {
        int[] lengths = Padded.lengths("pack", sequences);
        Packing packing = Packing.of(order, lengths);
        return new PackedSequence(Tensor.cat(sequences, 0).rows(packing.gather(Padded.starts(lengths), 1)), packing);
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
     * @throws IllegalArgumentException when there is not one length for each sequence, a length is less than 1 or more than there are steps, or the order is
     *     not the one demanded
     */
    public static PackedSequence packPadded(Tensor padded, Layout layout, Order order, int... lengths) {
        return new Padded(padded, lengths, layout).pack(order);
    }

    /** The data through a layer that keeps its rows, in the same packing: {@code packed.map(linear::forward)}. */
    public PackedSequence map(UnaryOperator<Tensor> layer) {
        return new PackedSequence(layer.apply(data), packing);
    }

    /**
     * The mean over the steps of each sequence, as it would be of the sequence alone.
     *
     * @return [batch, ..], in the order the sequences were given
     */
    public Tensor mean() {
        return pooled(Pooling::mean);
    }

    /**
     * The largest over the steps of each sequence, number by number; NaN counts as larger than any. Its gradient goes to the first step that has it, as with
     * {@code torch.max(x, 0)}.
     *
     * @return [batch, ..], in the order the sequences were given
     */
    public Tensor max() {
        return pooled(Pooling::max);
    }

    private Tensor pooled(BiFunction<Tensor, Packing, Tensor> pooling) {
        Tensor rows = data.view(packing.rows(), data.shape().elements() / packing.rows());
        return pooling.apply(rows, packing).view(data.shape().with(0, packing.batch()).sizes());
    }

    @Override
    public PackedSequence keep(TensorScope scope) {
        return map(scope::keep);
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
        int[] lengths = packing.lengths();
        int[] places = Padded.places(lengths, totalLength, layout, PaddingSide.RIGHT, packing::row);
        return new Padded(data.rows(places, value).view(Padded.sizes(lengths.length, totalLength, layout, data)), lengths, layout);
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

    @Override
    public String toString() {
        return "PackedSequence(" + data.shape() + ", lengths=" + Arrays.toString(packing.lengths()) + ")";
    }
}
