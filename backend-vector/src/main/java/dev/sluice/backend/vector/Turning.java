package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Rows that become columns, a vector of rows at a time. Offsets and distances are in bytes. */
final class Turning {
    private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(SPECIES, 0);
    private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(SPECIES, 1);

    /** Terms that are turned at a time. */
    private static final int STRIP = 256;

    /** Numbers that {@link #turn} needs room for. */
    static final int ROOM = STRIP * COUNT;

    private Turning() {}

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
}
