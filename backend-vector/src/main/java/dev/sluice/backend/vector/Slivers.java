package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;
import static dev.sluice.backend.vector.Tile.DEPTH;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rows of A rearranged for {@link Tile}. Terms come in blocks of {@link Tile#DEPTH}, and in a block sliver after sliver: of each two rows first both numbers of its first term, then those
 * of the second … A row that is left makes a narrower one. They are a constant distance apart, however few the terms, so that the loops need one address for all. Offsets and distances
 * are in bytes.
 */
final class Slivers {
    /** From one sliver to the next: a line more than it has numbers, for a power of two would give them all the same place in the cache. */
    static final int DISTANCE = 8 * DEPTH + 64;

    private static final ValueLayout.OfLong TWO_NUMBERS = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(SPECIES, 0);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(SPECIES, 1);

    private final Matrix room;
    private final long block; // from one block of terms to the next

    /** Takes {@link #floats} numbers of the scratch memory. */
    Slivers(Scratch scratch, int rows, int terms) {
        room = scratch.matrix(count(rows, terms), DISTANCE / 4);
        block = Math.ceilDiv(rows, 2) * (long) DISTANCE;
    }

    static long floats(int rows, int terms) {
        return count(rows, terms) * (DISTANCE / 4L);
    }

    private static int count(int rows, int terms) {
        return Math.ceilDiv(rows, 2) * Math.ceilDiv(terms, DEPTH);
    }

    MemorySegment segment() {
        return room.segment();
    }

    /** Where the sliver that begins with {@code row} is, in the block that begins with {@code term}. */
    long at(int row, int term) {
        return 4 * room.offset() + term / DEPTH * block + row / 2 * (long) DISTANCE;
    }

    /**
     * From rows as they lie: {@code terms} numbers each.
     *
     * @param place of the first of them among the rows there is room for; even
     */
    void fill(MemorySegment from, long atFrom, long rowFrom, int rows, int terms, int place) {
        for (int k = 0; k < terms; k += DEPTH) {
            int count = Math.min(DEPTH, terms - k), rounded = Lanes.padded(count);
            long source = atFrom + 4L * k;
            int row = 0;
            for (; row + 2 <= rows; row += 2, source += 2 * rowFrom) {
                boolean inside = source + rowFrom + 4L * rounded <= from.byteSize(); // then a vector of terms may be read beyond the last: there is room for it
                interleave(from, source, rowFrom, inside ? rounded : count, segment(), at(place + row, k));
            }
            if (row < rows) {
                Blocks.copy(from, source, 0, segment(), at(place + row, k), 0, 1, count);
            }
        }
    }

    /** The numbers of two rows in turn. */
    private static void interleave(MemorySegment from, long atFrom, long rowFrom, int terms, MemorySegment to, long atTo) {
        int whole = terms - terms % COUNT;
        for (int k = 0; k < whole; k += COUNT) {
            FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, from, atFrom + 4L * k, ORDER);
            FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, from, atFrom + rowFrom + 4L * k, ORDER);
            r0.rearrange(LOW, r1).intoMemorySegment(to, atTo + 8L * k, ORDER);
            r0.rearrange(HIGH, r1).intoMemorySegment(to, atTo + 8L * k + VECTOR, ORDER);
        }
        Blocks.transpose(from, atFrom + 4L * whole, rowFrom, to, atTo + 8L * whole, 8, 2, terms - whole);
    }

    /** From at most {@link Tile#DEPTH} rows that lie across: element (r, k) is at {@code atFrom + k·rowFrom + 4·r}. */
    void fillTransposed(MemorySegment from, long atFrom, long rowFrom, int rows, int terms) {
        MemorySegment to = segment();
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            long source = atFrom + 4L * row, target = at(row, 0);
            for (int k = 0; k < terms; k++) {
                to.set(TWO_NUMBERS, target + 8L * k, from.get(TWO_NUMBERS, source + k * rowFrom));
                to.set(TWO_NUMBERS, target + 8L * k + DISTANCE, from.get(TWO_NUMBERS, source + k * rowFrom + 8));
            }
        }
        for (int width; row < rows; row += width) {
            width = Math.min(2, rows - row);
            Blocks.copy(from, atFrom + 4L * row, rowFrom, to, at(row, 0), 4L * width, terms, width);
        }
    }
}
