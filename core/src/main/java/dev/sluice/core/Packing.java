package dev.sluice.core;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where sequences of different lengths lie when they are packed without padding: the first step of all of them, longest sequence first,
 * then the second step of all that have one, and so on.
 *
 * <pre>
 * lengths      [1, 4, 2]           sequences a, bbbb, cc
 * sorted       [1, 2, 0]           bbbb, cc, a
 * batch sizes  [3, 2, 1, 1]        rows: b c a | b c | b | b
 * </pre>
 *
 * <p>The layout alone, without data; it packs whatever there is one of for each step. As PyTorch's
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.PackedSequence.html">PackedSequence</a>, but ties keep their order.
 */
public final class Packing {
    private final int[] lengths;
    private final int[] sorted;
    private final int[] unsorted;
    private final int[] batchSizes;
    private final int[] firstRows;
    private final int rows;

    /** {@code sorted} has the longest sequences first. */
    private Packing(int[] lengths, int steps, int[] sorted) {
        this.lengths = lengths;
        this.sorted = sorted;
        unsorted = new int[sorted.length];
        for (int position = 0; position < sorted.length; position++) {
            unsorted[sorted[position]] = position;
        }
        long total = IntStream.of(lengths).asLongStream().sum();
        if (total > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("packing: " + lengths.length + " sequences with " + total + " steps in all; no more than "
                    + Integer.MAX_VALUE + " can be packed");
        }
        rows = (int) total;
        batchSizes = new int[steps];
        for (int length : lengths) {
            batchSizes[length - 1]++;
        }
        for (int t = steps - 2; t >= 0; t--) {
            batchSizes[t] += batchSizes[t + 1];
        }
        firstRows = new int[steps];
        for (int t = 1; t < steps; t++) {
            firstRows[t] = firstRows[t - 1] + batchSizes[t - 1];
        }
    }

    /** The packing of sequences of these lengths, in any order. */
    public static Packing of(int... lengths) {
        return of(Order.ANY, lengths);
    }

    /**
     * The packing of sequences of these lengths.
     *
     * @throws IllegalArgumentException when there are none, one is shorter than 1, or they are not in the order demanded
     */
    public static Packing of(Order order, int... lengths) {
        if (lengths.length == 0) {
            throw new IllegalArgumentException("packing: no sequences; at least one is required");
        }
        for (int i = 0; i < lengths.length; i++) {
            if (lengths[i] < 1) {
                throw new IllegalArgumentException("packing: sequence " + i + " has length " + lengths[i] + "; every sequence must have at least 1 step; leave an empty one out"
                        + " (a StatefulLSTM takes the others' rows: forward(input, rows))");
            }
            if (order == Order.DECREASING && i > 0 && lengths[i] > lengths[i - 1]) {
                throw new IllegalArgumentException("packing: sequence " + i + " has length " + lengths[i] + " after " + lengths[i - 1]
                        + "; lengths must not increase; sort the sequences, or use Order.ANY");
            }
        }
        int[] sorted = IntStream.range(0, lengths.length).boxed().sorted(Comparator.comparing(i -> -lengths[i])).mapToInt(i -> i).toArray();
        return new Packing(lengths.clone(), lengths[sorted[0]], sorted);
    }

    /** The packing that another program made of sequences given longest first. */
    public static Packing ofBatchSizes(int... batchSizes) {
        return ofBatchSizes(batchSizes, IntStream.range(0, batchSizes.length == 0 ? 0 : batchSizes[0]).toArray());
    }

    /**
     * The packing that another program made, such as PyTorch: its {@code batch_sizes} and {@code sorted_indices}. Where it has none of the latter, use
     * {@link #ofBatchSizes(int...)}.
     *
     * @throws IllegalArgumentException when the batch sizes grow or are not all at least 1, or the indices are not each sequence once
     */
    public static Packing ofBatchSizes(int[] batchSizes, int[] sortedIndices) {
        if (batchSizes.length == 0) {
            throw new IllegalArgumentException("packing: no batch sizes; at least one is required");
        }
        for (int t = 0; t < batchSizes.length; t++) {
            if (batchSizes[t] < 1 || t > 0 && batchSizes[t] > batchSizes[t - 1]) {
                throw new IllegalArgumentException("packing: batch sizes " + Arrays.toString(batchSizes) + "; they must be at least 1 and never grow" + (batchSizes[t] < 1
                        ? "; " + batchSizes[t] + " at step " + t + " is not" : ", as " + batchSizes[t] + " at step " + t + " does"));
            }
        }
        if (!Arrays.equals(IntStream.of(sortedIndices).sorted().toArray(), IntStream.range(0, batchSizes[0]).toArray())) {
            throw new IllegalArgumentException("packing: sorted indices " + Arrays.toString(sortedIndices) + " for a first batch size of " + batchSizes[0] + "; each number from 0 to "
                    + (batchSizes[0] - 1) + " must be there once");
        }
        int[] lengths = new int[batchSizes[0]];
        for (int size : batchSizes) {
            for (int position = 0; position < size; position++) {
                lengths[sortedIndices[position]]++;
            }
        }
        return new Packing(lengths, batchSizes.length, sortedIndices.clone());
    }

    /** The packing of {@code batch} sequences that all have {@code steps} steps: a dense [steps, batch, ..] tensor as it lies. */
    static Packing dense(int steps, int batch) {
        int[] lengths = new int[batch];
        Arrays.fill(lengths, steps);
        return new Packing(lengths, steps, IntStream.range(0, batch).toArray());
    }

    /** The number of sequences. */
    public int batch() {
        return lengths.length;
    }

    /** The length of the longest sequence. */
    public int steps() {
        return batchSizes.length;
    }

    /** The number of steps of all sequences together. */
    public int rows() {
        return rows;
    }

    /** The length of each sequence, in the order given. */
    public int[] lengths() {
        return lengths.clone();
    }

    /** How many sequences have a step 0, 1, 2 … */
    public int[] batchSizes() {
        return batchSizes.clone();
    }

    /** Which sequence comes first, second … when the longest comes first. */
    public int[] sortedIndices() {
        return sorted.clone();
    }

    /** The place of each sequence when the longest comes first. */
    public int[] unsortedIndices() {
        return unsorted.clone();
    }

    /** Whether the sequences were given longest first. */
    public boolean isSorted() {
        return IntStream.range(0, sorted.length).allMatch(i -> sorted[i] == i);
    }

    /** The packed row of a step of a sequence. */
    public int row(int sequence, int step) {
        if (sequence < 0 || sequence >= lengths.length || step < 0 || step >= lengths[sequence]) {
            throw new IndexOutOfBoundsException("packing: step " + step + " of sequence " + sequence + "; there are " + lengths.length + " sequences"
                    + (sequence >= 0 && sequence < lengths.length ? ", and this one has " + lengths[sequence] + " steps" : ""));
        }
        return firstRows[step] + unsorted[sequence];
    }

    /** Labels or ids, one for each step of each sequence, in packed order. */
    public int[] pack(List<int[]> sequences) {
        if (sequences.size() != lengths.length) {
            throw new IllegalArgumentException("pack: " + sequences.size() + " sequences; " + lengths.length + " are required");
        }
        int[] packed = new int[rows];
        for (int i = 0; i < lengths.length; i++) {
            int[] sequence = sequences.get(i);
            if (sequence.length != lengths[i]) {
                throw new IllegalArgumentException("pack: sequence " + i + " has length " + sequence.length + "; " + lengths[i] + " is required");
            }
            for (int t = 0; t < sequence.length; t++) {
                packed[firstRows[t] + unsorted[i]] = sequence[t];
            }
        }
        return packed;
    }

    /** The opposite of {@link #pack}: a value for each packed row, back to sequences in the order given. */
    public List<int[]> unpack(int[] packed) {
        if (packed.length != rows) {
            throw new IllegalArgumentException("unpack: " + packed.length + " values; " + rows + " are required, one for each packed row");
        }
        return IntStream.range(0, lengths.length)
                .mapToObj(i -> IntStream.range(0, lengths[i]).map(t -> packed[firstRows[t] + unsorted[i]]).toArray()).toList();
    }

    /** For each packed row, its place when sequence i begins at {@code starts[i]} and its steps are {@code stride} apart. */
    int[] gather(int[] starts, int stride) {
        int[] places = new int[rows];
        for (int i = 0; i < lengths.length; i++) {
            for (int t = 0; t < lengths[i]; t++) {
                places[firstRows[t] + unsorted[i]] = starts[i] + t * stride;
            }
        }
        return places;
    }

    int[] batchSizesShared() {
        return batchSizes;
    }

    int[] sortedShared() {
        return sorted;
    }

    int[] unsortedShared() {
        return unsorted;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Packing packing && Arrays.equals(lengths, packing.lengths) && Arrays.equals(sorted, packing.sorted);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(lengths);
    }

    @Override
    public String toString() {
        return "Packing(lengths=" + Arrays.toString(lengths) + ", batchSizes=" + Arrays.toString(batchSizes) + ")";
    }
}
