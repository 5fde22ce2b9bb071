package dev.sluice.core.train;

import dev.sluice.api.tensor.Generator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Batches of sequences of similar length, in an order that changes with each epoch: all sequences are shuffled and cut into pools of many
 * batches; each pool is sorted by length, longest first, and cut into batches; the batches are shuffled.
 */
public final class Batches {
    private static final int BATCHES_PER_POOL = 20;

    private final int[] lengths;
    private final int size;

    /**
     * @param lengths the length of each sequence
     * @param size sequences per batch, at least 1; what is left over makes smaller ones
     */
    public Batches(int[] lengths, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("Batches: " + size + " sequences per batch; at least 1 is required");
        }
        this.lengths = lengths.clone();
        this.size = Math.min(size, Math.max(1, lengths.length));
    }

    /** The indices of the sequences of each batch, for one epoch. */
    public List<int[]> shuffled(Generator random) {
        int[] order = IntStream.range(0, lengths.length).toArray();
        random.shuffle(order);
        List<int[]> batches = new ArrayList<>();
        int pool = (int) Math.min((long) BATCHES_PER_POOL * size, Math.max(1, order.length));
        for (int start = 0; start < order.length; start += pool) {
            int[] sorted = IntStream.range(start, Math.min(start + pool, order.length)).mapToObj(i -> order[i])
                    .sorted(Comparator.comparing(i -> -lengths[i])).mapToInt(i -> i).toArray();
            for (int i = 0; i < sorted.length; i += size) {
                batches.add(IntStream.range(i, Math.min(i + size, sorted.length)).map(k -> sorted[k]).toArray());
            }
        }
        int[] places = IntStream.range(0, batches.size()).toArray();
        random.shuffle(places);
        return IntStream.of(places).mapToObj(batches::get).toList();
    }

    @Override
    public String toString() {
        return "Batches(sequences=" + lengths.length + ", size=" + size + ")";
    }
}
