package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * C = C + A·B for some rows of A and one panel of B: where nearly all the time goes.
 *
 * <p>A comes in {@link Slivers}, so that the loops have few addresses to check and to keep. C is a tile, rows of one panel close together: rows that lie a
 * power of two apart would drive each other out of the cache. An element is summed in one lane of one register, k ascending, which is the order of
 * the contract; a stored and reloaded sum is the same sum, so k may be cut into blocks of B that stay in the first cache while all rows pass.
 *
 * <p>Not more sums: each kernel must be small enough for the JVM's first compiler, inlined vector methods included. One that is not may
 * be left in its slowest compiled form for good, a hundredth of the speed. For the same reason no method takes or returns a vector.
 *
 * <p>Loops run over slices of constant size, with offsets made of an int that the loop bounds: then no access is checked. A third of the instructions would
 * be checks. {@code (long) (8 * k)} and {@code 8L * k} are not the same to the compiler.
 */
final class Tile {
    /** Terms for which a panel of B, 32 KiB at 16 lanes, is kept in the first cache. */
    static final int DEPTH = 128;

    /** Not the aligned layout: its check of every address costs as much as the load. */
    static final ValueLayout.OfFloat NUMBER = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final boolean MANY_REGISTERS = Lanes.REGISTERS == 32;

    private Tile() {}

    /**
     * All offsets and distances are in bytes.
     *
     * @param a has the rows from {@code place} on, filled with {@code terms} terms
     * @param b has the panel, from row {@code row} on; what comes of vectors that it is filled up with is arbitrary
     * @param c the tile [rows, panel], contiguous; modified
     */
    static void multiply(Slivers a, int place, int rows, int terms, Panels b, int panel, int row, MemorySegment c, long atC) {
        for (int k = 0; k < terms; k += DEPTH) {
            int count = Math.min(DEPTH, terms - k);
            block(a.segment(), a.at(place, k), rows, count, b.segment(), b.block(panel, row + k, count), b.rowBytes(), b.isRearranged(), b.vectors(panel), c, atC);
        }
    }

    /** The same with one block of terms. */
    private static void block(MemorySegment a, long atA, int rows, int terms, MemorySegment b, long atB, long rowB, boolean rearranged, int vectors, MemorySegment c, long atC) {
        int r = 0;
        for (; r + 6 <= rows && rearranged && !MANY_REGISTERS; r += 6) {
            sixByTwo(a, sliver(atA, r), b, atB, terms, c, atC + r * PANEL_ROW);
            if (vectors > 2) {
                sixByTwo(a, sliver(atA, r), b, atB + 2 * VECTOR, terms, c, atC + r * PANEL_ROW + 2 * VECTOR);
            }
        }
        for (; r + 4 <= rows && rearranged; r += 4) {
            if (vectors > 2 && MANY_REGISTERS) {
                four(a, sliver(atA, r), b, atB, terms, c, atC + r * PANEL_ROW);
                continue;
            }
            fourByTwo(a, sliver(atA, r), b, atB, terms, c, atC + r * PANEL_ROW);
            if (vectors > 2) {
                fourByTwo(a, sliver(atA, r), b, atB + 2 * VECTOR, terms, c, atC + r * PANEL_ROW + 2 * VECTOR);
            }
            for (int i = r; terms % 2 != 0 && i < r + 4; i += 2) {
                two(a, sliver(atA, i) + 8L * (terms - 1), b, atB + (terms - 1) * PANEL_ROW, PANEL_ROW, 1, c, atC + i * PANEL_ROW);
            }
        }
        for (; r + 2 <= rows; r += 2) {
            two(a, sliver(atA, r), b, atB, rowB, terms, c, atC + r * PANEL_ROW);
        }
        if (r < rows) {
            one(a, sliver(atA, r), b, atB, rowB, terms, c, atC + r * PANEL_ROW);
        }
    }

    private static long sliver(long at, int row) {
        return at + row / 2 * (long) Slivers.DISTANCE;
    }

    /** Sixteen sums and four vectors of B, for 32 registers. A loop of this size is not unrolled. */
    private static void four(MemorySegment allA, long atA, MemorySegment allB, long atB, int terms, MemorySegment allC, long atC) {
        MemorySegment a = allA.asSlice(atA, Slivers.DISTANCE + 8 * DEPTH);
        MemorySegment b = allB.asSlice(atB, DEPTH * PANEL_ROW);
        MemorySegment c = allC.asSlice(atC, 4 * PANEL_ROW);
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, 0, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, VECTOR, ORDER);
        FloatVector s02 = FloatVector.fromMemorySegment(SPECIES, c, 2 * VECTOR, ORDER);
        FloatVector s03 = FloatVector.fromMemorySegment(SPECIES, c, 3 * VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, 5 * VECTOR, ORDER);
        FloatVector s12 = FloatVector.fromMemorySegment(SPECIES, c, 6 * VECTOR, ORDER);
        FloatVector s13 = FloatVector.fromMemorySegment(SPECIES, c, 7 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, 9 * VECTOR, ORDER);
        FloatVector s22 = FloatVector.fromMemorySegment(SPECIES, c, 10 * VECTOR, ORDER);
        FloatVector s23 = FloatVector.fromMemorySegment(SPECIES, c, 11 * VECTOR, ORDER);
        FloatVector s30 = FloatVector.fromMemorySegment(SPECIES, c, 12 * VECTOR, ORDER);
        FloatVector s31 = FloatVector.fromMemorySegment(SPECIES, c, 13 * VECTOR, ORDER);
        FloatVector s32 = FloatVector.fromMemorySegment(SPECIES, c, 14 * VECTOR, ORDER);
        FloatVector s33 = FloatVector.fromMemorySegment(SPECIES, c, 15 * VECTOR, ORDER);
        int count = Math.min(terms, DEPTH);
        for (int k = 0; k < count; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k) + VECTOR, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k) + 2 * VECTOR, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k) + 3 * VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k)));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            s03 = a0.fma(b3, s03);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + 4));
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            s13 = a1.fma(b3, s13);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + Slivers.DISTANCE));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            s23 = a2.fma(b3, s23);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + Slivers.DISTANCE + 4));
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            s33 = a3.fma(b3, s33);
        }
        s00.intoMemorySegment(c, 0, ORDER);
        s01.intoMemorySegment(c, VECTOR, ORDER);
        s02.intoMemorySegment(c, 2 * VECTOR, ORDER);
        s03.intoMemorySegment(c, 3 * VECTOR, ORDER);
        s10.intoMemorySegment(c, 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, 5 * VECTOR, ORDER);
        s12.intoMemorySegment(c, 6 * VECTOR, ORDER);
        s13.intoMemorySegment(c, 7 * VECTOR, ORDER);
        s20.intoMemorySegment(c, 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, 9 * VECTOR, ORDER);
        s22.intoMemorySegment(c, 10 * VECTOR, ORDER);
        s23.intoMemorySegment(c, 11 * VECTOR, ORDER);
        s30.intoMemorySegment(c, 12 * VECTOR, ORDER);
        s31.intoMemorySegment(c, 13 * VECTOR, ORDER);
        s32.intoMemorySegment(c, 14 * VECTOR, ORDER);
        s33.intoMemorySegment(c, 15 * VECTOR, ORDER);
    }

    /** Half a panel: twelve sums and two vectors of B, for 16 registers. A loop of this size is not unrolled, which would ask for more. */
    private static void sixByTwo(MemorySegment allA, long atA, MemorySegment allB, long atB, int terms, MemorySegment allC, long atC) {
        MemorySegment a = allA.asSlice(atA, 2 * Slivers.DISTANCE + 8 * DEPTH);
        MemorySegment b = allB.asSlice(atB, DEPTH * PANEL_ROW - 2 * VECTOR);
        MemorySegment c = allC.asSlice(atC, 6 * PANEL_ROW - 2 * VECTOR);
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, 0, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, 5 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, 9 * VECTOR, ORDER);
        FloatVector s30 = FloatVector.fromMemorySegment(SPECIES, c, 12 * VECTOR, ORDER);
        FloatVector s31 = FloatVector.fromMemorySegment(SPECIES, c, 13 * VECTOR, ORDER);
        FloatVector s40 = FloatVector.fromMemorySegment(SPECIES, c, 16 * VECTOR, ORDER);
        FloatVector s41 = FloatVector.fromMemorySegment(SPECIES, c, 17 * VECTOR, ORDER);
        FloatVector s50 = FloatVector.fromMemorySegment(SPECIES, c, 20 * VECTOR, ORDER);
        FloatVector s51 = FloatVector.fromMemorySegment(SPECIES, c, 21 * VECTOR, ORDER);
        int count = Math.min(terms, DEPTH);
        for (int k = 0; k < count; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, (long) ((int) PANEL_ROW * k) + VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k)));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + 4));
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + Slivers.DISTANCE));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + Slivers.DISTANCE + 4));
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            FloatVector a4 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + 2 * Slivers.DISTANCE));
            s40 = a4.fma(b0, s40);
            s41 = a4.fma(b1, s41);
            FloatVector a5 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (8 * k) + 2 * Slivers.DISTANCE + 4));
            s50 = a5.fma(b0, s50);
            s51 = a5.fma(b1, s51);
        }
        s00.intoMemorySegment(c, 0, ORDER);
        s01.intoMemorySegment(c, VECTOR, ORDER);
        s10.intoMemorySegment(c, 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, 5 * VECTOR, ORDER);
        s20.intoMemorySegment(c, 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, 9 * VECTOR, ORDER);
        s30.intoMemorySegment(c, 12 * VECTOR, ORDER);
        s31.intoMemorySegment(c, 13 * VECTOR, ORDER);
        s40.intoMemorySegment(c, 16 * VECTOR, ORDER);
        s41.intoMemorySegment(c, 17 * VECTOR, ORDER);
        s50.intoMemorySegment(c, 20 * VECTOR, ORDER);
        s51.intoMemorySegment(c, 21 * VECTOR, ORDER);
    }

    /** Half a panel: eight sums and two vectors of B. Two terms at a time, the last of an odd number not: one alone would be unrolled, and ask for more registers than there are. */
    private static void fourByTwo(MemorySegment allA, long atA, MemorySegment allB, long atB, int terms, MemorySegment allC, long atC) {
        MemorySegment a = allA.asSlice(atA, Slivers.DISTANCE + 8 * DEPTH);
        MemorySegment b = allB.asSlice(atB, DEPTH * PANEL_ROW - 2 * VECTOR);
        MemorySegment c = allC.asSlice(atC, 4 * PANEL_ROW - 2 * VECTOR);
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, 0, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, 5 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, 9 * VECTOR, ORDER);
        FloatVector s30 = FloatVector.fromMemorySegment(SPECIES, c, 12 * VECTOR, ORDER);
        FloatVector s31 = FloatVector.fromMemorySegment(SPECIES, c, 13 * VECTOR, ORDER);
        int pairs = Math.min(terms, DEPTH) / 2;
        for (int k = 0; k < pairs; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, (long) (2 * (int) PANEL_ROW * k), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, (long) (2 * (int) PANEL_ROW * k) + VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k)));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + 4));
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + Slivers.DISTANCE));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + Slivers.DISTANCE + 4));
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            FloatVector b0Next = FloatVector.fromMemorySegment(SPECIES, b, (long) (2 * (int) PANEL_ROW * k) + PANEL_ROW, ORDER);
            FloatVector b1Next = FloatVector.fromMemorySegment(SPECIES, b, (long) (2 * (int) PANEL_ROW * k) + PANEL_ROW + VECTOR, ORDER);
            FloatVector a0Next = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + 8));
            s00 = a0Next.fma(b0Next, s00);
            s01 = a0Next.fma(b1Next, s01);
            FloatVector a1Next = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + 12));
            s10 = a1Next.fma(b0Next, s10);
            s11 = a1Next.fma(b1Next, s11);
            FloatVector a2Next = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + Slivers.DISTANCE + 8));
            s20 = a2Next.fma(b0Next, s20);
            s21 = a2Next.fma(b1Next, s21);
            FloatVector a3Next = FloatVector.broadcast(SPECIES, a.get(NUMBER, (long) (16 * k) + Slivers.DISTANCE + 12));
            s30 = a3Next.fma(b0Next, s30);
            s31 = a3Next.fma(b1Next, s31);
        }
        s00.intoMemorySegment(c, 0, ORDER);
        s01.intoMemorySegment(c, VECTOR, ORDER);
        s10.intoMemorySegment(c, 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, 5 * VECTOR, ORDER);
        s20.intoMemorySegment(c, 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, 9 * VECTOR, ORDER);
        s30.intoMemorySegment(c, 12 * VECTOR, ORDER);
        s31.intoMemorySegment(c, 13 * VECTOR, ORDER);
    }

    /** Eight sums. */
    private static void two(MemorySegment a, long atA, MemorySegment b, long atB, long rowB, int terms, MemorySegment c, long atC) {
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, atC, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, atC + VECTOR, ORDER);
        FloatVector s02 = FloatVector.fromMemorySegment(SPECIES, c, atC + 2 * VECTOR, ORDER);
        FloatVector s03 = FloatVector.fromMemorySegment(SPECIES, c, atC + 3 * VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, atC + 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, atC + 5 * VECTOR, ORDER);
        FloatVector s12 = FloatVector.fromMemorySegment(SPECIES, c, atC + 6 * VECTOR, ORDER);
        FloatVector s13 = FloatVector.fromMemorySegment(SPECIES, c, atC + 7 * VECTOR, ORDER);
        for (int k = 0; k < terms; k++, atA += 8, atB += rowB) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, atB, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, atB + VECTOR, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, atB + 2 * VECTOR, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, atB + 3 * VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            s03 = a0.fma(b3, s03);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 4));
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            s12 = a1.fma(b2, s12);
            s13 = a1.fma(b3, s13);
        }
        s00.intoMemorySegment(c, atC, ORDER);
        s01.intoMemorySegment(c, atC + VECTOR, ORDER);
        s02.intoMemorySegment(c, atC + 2 * VECTOR, ORDER);
        s03.intoMemorySegment(c, atC + 3 * VECTOR, ORDER);
        s10.intoMemorySegment(c, atC + 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, atC + 5 * VECTOR, ORDER);
        s12.intoMemorySegment(c, atC + 6 * VECTOR, ORDER);
        s13.intoMemorySegment(c, atC + 7 * VECTOR, ORDER);
    }

    /** One row: bound by reading B. */
    private static void one(MemorySegment a, long atA, MemorySegment b, long atB, long rowB, int terms, MemorySegment c, long atC) {
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, atC, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, atC + VECTOR, ORDER);
        FloatVector s02 = FloatVector.fromMemorySegment(SPECIES, c, atC + 2 * VECTOR, ORDER);
        FloatVector s03 = FloatVector.fromMemorySegment(SPECIES, c, atC + 3 * VECTOR, ORDER);
        for (int k = 0; k < terms; k++, atA += 4, atB += rowB) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, atB, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, atB + VECTOR, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(SPECIES, b, atB + 2 * VECTOR, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(SPECIES, b, atB + 3 * VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            s02 = a0.fma(b2, s02);
            s03 = a0.fma(b3, s03);
        }
        s00.intoMemorySegment(c, atC, ORDER);
        s01.intoMemorySegment(c, atC + VECTOR, ORDER);
        s02.intoMemorySegment(c, atC + 2 * VECTOR, ORDER);
        s03.intoMemorySegment(c, atC + 3 * VECTOR, ORDER);
    }
}
