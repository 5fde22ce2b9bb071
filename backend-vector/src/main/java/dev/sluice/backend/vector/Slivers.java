package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;
import static dev.sluice.backend.vector.Tile.NUMBER;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Rows of A rearranged for {@link Tile}, so that it reads them in one stream: of each four rows first all four numbers of term 0, then those of term 1 …
 * The up to three rows that are left make a narrower sliver. Offsets and distances are in bytes.
 */
final class Slivers {
    private static final ValueLayout.OfLong TWO_NUMBERS = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(SPECIES, 0);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(SPECIES, 1);

    /** Terms that are turned at a time. */
    private static final int STRIP = 256;

    /** Numbers that {@link #turn} needs room for. */
    static final int ROOM = STRIP * COUNT;

    private Slivers() {}

    /** Where the sliver that begins with {@code row} is, when the first is at {@code at}. */
    static long at(long at, int row, int terms) {
        return at + 4L * row * terms;
    }

    /** The numbers that slivers need. */
    static long floats(int rows, int terms) {
        return (long) rowsWithRoom(rows, terms) * terms;
    }

    /** {@link #floats} numbers of the scratch memory. */
    static Matrix room(Scratch scratch, int rows, int terms) {
        return scratch.matrix(rowsWithRoom(rows, terms), terms);
    }

    /** With room for a vector of terms too many at the end, see {@link #fill}. */
    private static int rowsWithRoom(int rows, int terms) {
        return rows + Math.ceilDiv(4 * COUNT, Math.max(1, terms));
    }

    /** From rows as they lie: {@code terms} numbers each. */
    static void fill(MemorySegment from, long atFrom, long rowFrom, int rows, int terms, MemorySegment to, long at) {
        int rounded = Lanes.padded(terms);
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            long source = atFrom + row * rowFrom;
            // A vector of terms may be read and written beyond the last: the sliver after this one is written later, and there is room after the last.
            boolean inside = source + 3 * rowFrom + 4L * rounded <= from.byteSize();
            interleave(from, source, rowFrom, inside ? rounded : terms, to, at(at, row, terms), VECTOR);
        }
        Blocks.transpose(from, atFrom + row * rowFrom, rowFrom, to, at(at, row, terms), 4L * (rows - row), rows - row, terms);
    }

    /** The numbers of four rows in turn, in vectors that are {@code step} apart (or close together, where the terms do not fill vectors). */
    private static void interleave(MemorySegment from, long atFrom, long rowFrom, int terms, MemorySegment to, long atTo, long step) {
        int whole = terms - terms % COUNT;
        for (int k = 0; k < whole; k += COUNT) {
            long source = atFrom + 4L * k, target = atTo + 4 * step * (k / COUNT);
            FloatVector r0 = FloatVector.fromMemorySegment(SPECIES, from, source, ORDER);
            FloatVector r1 = FloatVector.fromMemorySegment(SPECIES, from, source + rowFrom, ORDER);
            FloatVector r2 = FloatVector.fromMemorySegment(SPECIES, from, source + 2 * rowFrom, ORDER);
            FloatVector r3 = FloatVector.fromMemorySegment(SPECIES, from, source + 3 * rowFrom, ORDER);
            FloatVector even = r0.rearrange(LOW, r2), odd = r1.rearrange(LOW, r3);
            even.rearrange(LOW, odd).intoMemorySegment(to, target, ORDER);
            even.rearrange(HIGH, odd).intoMemorySegment(to, target + step, ORDER);
            even = r0.rearrange(HIGH, r2);
            odd = r1.rearrange(HIGH, r3);
            even.rearrange(LOW, odd).intoMemorySegment(to, target + 2 * step, ORDER);
            even.rearrange(HIGH, odd).intoMemorySegment(to, target + 3 * step, ORDER);
        }
        Blocks.transpose(from, atFrom + 4L * whole, rowFrom, to, atTo + 16L * whole, 16, 4, terms - whole);
    }

    /**
     * As {@link Blocks#transpose}, in vectors where rows and terms fill them.
     *
     * @param room {@link #ROOM} numbers
     */
    static void turn(MemorySegment from, long atFrom, long rowFrom, int rows, int terms, MemorySegment to, long atTo, long rowTo, Matrix room) {
        int row = 0;
        for (; row + COUNT <= rows; row += COUNT) {
            turnVector(from, atFrom + row * rowFrom, rowFrom, terms, to, atTo + 4L * row, rowTo, room.segment(), 4 * room.offset());
        }
        Blocks.transpose(from, atFrom + row * rowFrom, rowFrom, to, atTo + 4L * row, rowTo, rows - row, terms);
    }

    /** As many rows as a vector has lanes: number k of row r becomes lane r of the vector at {@code atTo + k·rowTo}. */
    private static void turnVector(MemorySegment from, long atFrom, long rowFrom, int terms, MemorySegment to, long atTo, long rowTo, MemorySegment room, long atRoom) {
        int whole = COUNT == 16 ? terms - terms % COUNT : 0; // sixteen lanes are four times four; for others number by number
        for (int k = 0; k < whole; k += STRIP) {
            int strip = Math.min(STRIP, whole - k);
            for (int i = 0; i < 4; i++) { // rows i, i + 4, i + 8, i + 12
                interleave(from, atFrom + i * rowFrom + 4L * k, 4 * rowFrom, strip, room, atRoom + 16L * strip * i, VECTOR);
            }
            interleave(room, atRoom, 16L * strip, 4 * strip, to, atTo + k * rowTo, rowTo);
        }
        Blocks.transpose(from, atFrom + 4L * whole, rowFrom, to, atTo + whole * rowTo, rowTo, COUNT, terms - whole);
    }

    /** From rows that lie across: element (r, k) is at {@code atFrom + k·rowFrom + 4·r}. */
    static void fillTransposed(MemorySegment from, long atFrom, long rowFrom, int rows, int terms, MemorySegment to, long at) {
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            long source = atFrom + 4L * row, target = at(at, row, terms);
            for (int k = 0; k < terms; k++) {
                to.set(TWO_NUMBERS, target + 16L * k, from.get(TWO_NUMBERS, source + k * rowFrom));
                to.set(TWO_NUMBERS, target + 16L * k + 8, from.get(TWO_NUMBERS, source + k * rowFrom + 8));
            }
        }
        Blocks.copy(from, atFrom + 4L * row, rowFrom, to, at(at, row, terms), 4L * (rows - row), terms, rows - row);
    }
}
