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
 * <p>Four rows, not more: each kernel must be small enough for the JVM's first compiler, inlined vector methods included. One that is not may
 * be left in its slowest compiled form for good, a hundredth of the speed. For the same reason no method takes or returns a vector.
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
     * @param a slivers of {@code rows} rows and {@code terms} terms
     * @param b has the panel, from row {@code row} on; what comes of vectors that it is filled up with is arbitrary
     * @param c the tile [rows, panel], contiguous; modified
     */
    static void multiply(MemorySegment a, long atA, int rows, int terms, Panels b, int panel, int row, MemorySegment c, long atC) {
        for (int k = 0; k < terms; k += DEPTH) {
            int count = Math.min(DEPTH, terms - k);
            block(a, atA, rows, terms, k, count, b.segment(), b.block(panel, row + k, count), b.rowBytes(), b.vectors(panel), c, atC);
        }
    }

    /** The same with the terms {@code first} to {@code first + count} only; the panel's row for term k is at {@code atB + (k − first)·rowB}. */
    private static void block(MemorySegment a, long atA, int rows, int terms, int first, int count, MemorySegment b, long atB, long rowB, int vectors, MemorySegment c,
            long atC) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            long sliver = Slivers.at(atA, r, terms) + 16L * first;
            if (vectors > 2 && MANY_REGISTERS) {
                four(a, sliver, b, atB, rowB, count, c, atC + r * PANEL_ROW);
                continue;
            }
            fourByTwo(a, sliver, b, atB, rowB, count, c, atC + r * PANEL_ROW);
            if (vectors > 2) {
                fourByTwo(a, sliver, b, atB + 2 * VECTOR, rowB, count, c, atC + r * PANEL_ROW + 2 * VECTOR);
            }
        }
        long sliver = Slivers.at(atA, r, terms) + 4L * (rows - r) * first;
        long tile = atC + r * PANEL_ROW;
        switch (rows - r) {
            case 3 -> three(a, sliver, b, atB, rowB, count, c, tile);
            case 2 -> two(a, sliver, b, atB, rowB, count, c, tile);
            case 1 -> one(a, sliver, b, atB, rowB, count, c, tile);
            default -> { }
        }
    }

    /** Sixteen sums and four vectors of B, for 32 registers. */
    private static void four(MemorySegment a, long atA, MemorySegment b, long atB, long rowB, int terms, MemorySegment c, long atC) {
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, atC, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, atC + VECTOR, ORDER);
        FloatVector s02 = FloatVector.fromMemorySegment(SPECIES, c, atC + 2 * VECTOR, ORDER);
        FloatVector s03 = FloatVector.fromMemorySegment(SPECIES, c, atC + 3 * VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, atC + 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, atC + 5 * VECTOR, ORDER);
        FloatVector s12 = FloatVector.fromMemorySegment(SPECIES, c, atC + 6 * VECTOR, ORDER);
        FloatVector s13 = FloatVector.fromMemorySegment(SPECIES, c, atC + 7 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, atC + 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, atC + 9 * VECTOR, ORDER);
        FloatVector s22 = FloatVector.fromMemorySegment(SPECIES, c, atC + 10 * VECTOR, ORDER);
        FloatVector s23 = FloatVector.fromMemorySegment(SPECIES, c, atC + 11 * VECTOR, ORDER);
        FloatVector s30 = FloatVector.fromMemorySegment(SPECIES, c, atC + 12 * VECTOR, ORDER);
        FloatVector s31 = FloatVector.fromMemorySegment(SPECIES, c, atC + 13 * VECTOR, ORDER);
        FloatVector s32 = FloatVector.fromMemorySegment(SPECIES, c, atC + 14 * VECTOR, ORDER);
        FloatVector s33 = FloatVector.fromMemorySegment(SPECIES, c, atC + 15 * VECTOR, ORDER);
        for (int k = 0; k < terms; k++, atA += 16, atB += rowB) {
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
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 8));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            s23 = a2.fma(b3, s23);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 12));
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
            s32 = a3.fma(b2, s32);
            s33 = a3.fma(b3, s33);
        }
        s00.intoMemorySegment(c, atC, ORDER);
        s01.intoMemorySegment(c, atC + VECTOR, ORDER);
        s02.intoMemorySegment(c, atC + 2 * VECTOR, ORDER);
        s03.intoMemorySegment(c, atC + 3 * VECTOR, ORDER);
        s10.intoMemorySegment(c, atC + 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, atC + 5 * VECTOR, ORDER);
        s12.intoMemorySegment(c, atC + 6 * VECTOR, ORDER);
        s13.intoMemorySegment(c, atC + 7 * VECTOR, ORDER);
        s20.intoMemorySegment(c, atC + 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, atC + 9 * VECTOR, ORDER);
        s22.intoMemorySegment(c, atC + 10 * VECTOR, ORDER);
        s23.intoMemorySegment(c, atC + 11 * VECTOR, ORDER);
        s30.intoMemorySegment(c, atC + 12 * VECTOR, ORDER);
        s31.intoMemorySegment(c, atC + 13 * VECTOR, ORDER);
        s32.intoMemorySegment(c, atC + 14 * VECTOR, ORDER);
        s33.intoMemorySegment(c, atC + 15 * VECTOR, ORDER);
    }

    /** Half a panel: eight sums and two vectors of B, for 16 registers. */
    private static void fourByTwo(MemorySegment a, long atA, MemorySegment b, long atB, long rowB, int terms, MemorySegment c, long atC) {
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, atC, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, atC + VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, atC + 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, atC + 5 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, atC + 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, atC + 9 * VECTOR, ORDER);
        FloatVector s30 = FloatVector.fromMemorySegment(SPECIES, c, atC + 12 * VECTOR, ORDER);
        FloatVector s31 = FloatVector.fromMemorySegment(SPECIES, c, atC + 13 * VECTOR, ORDER);
        for (int k = 0; k < terms; k++, atA += 16, atB += rowB) {
            FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, atB, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, atB + VECTOR, ORDER);
            FloatVector a0 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA));
            s00 = a0.fma(b0, s00);
            s01 = a0.fma(b1, s01);
            FloatVector a1 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 4));
            s10 = a1.fma(b0, s10);
            s11 = a1.fma(b1, s11);
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 8));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            FloatVector a3 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 12));
            s30 = a3.fma(b0, s30);
            s31 = a3.fma(b1, s31);
        }
        s00.intoMemorySegment(c, atC, ORDER);
        s01.intoMemorySegment(c, atC + VECTOR, ORDER);
        s10.intoMemorySegment(c, atC + 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, atC + 5 * VECTOR, ORDER);
        s20.intoMemorySegment(c, atC + 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, atC + 9 * VECTOR, ORDER);
        s30.intoMemorySegment(c, atC + 12 * VECTOR, ORDER);
        s31.intoMemorySegment(c, atC + 13 * VECTOR, ORDER);
    }

    /** Twelve sums. */
    private static void three(MemorySegment a, long atA, MemorySegment b, long atB, long rowB, int terms, MemorySegment c, long atC) {
        FloatVector s00 = FloatVector.fromMemorySegment(SPECIES, c, atC, ORDER);
        FloatVector s01 = FloatVector.fromMemorySegment(SPECIES, c, atC + VECTOR, ORDER);
        FloatVector s02 = FloatVector.fromMemorySegment(SPECIES, c, atC + 2 * VECTOR, ORDER);
        FloatVector s03 = FloatVector.fromMemorySegment(SPECIES, c, atC + 3 * VECTOR, ORDER);
        FloatVector s10 = FloatVector.fromMemorySegment(SPECIES, c, atC + 4 * VECTOR, ORDER);
        FloatVector s11 = FloatVector.fromMemorySegment(SPECIES, c, atC + 5 * VECTOR, ORDER);
        FloatVector s12 = FloatVector.fromMemorySegment(SPECIES, c, atC + 6 * VECTOR, ORDER);
        FloatVector s13 = FloatVector.fromMemorySegment(SPECIES, c, atC + 7 * VECTOR, ORDER);
        FloatVector s20 = FloatVector.fromMemorySegment(SPECIES, c, atC + 8 * VECTOR, ORDER);
        FloatVector s21 = FloatVector.fromMemorySegment(SPECIES, c, atC + 9 * VECTOR, ORDER);
        FloatVector s22 = FloatVector.fromMemorySegment(SPECIES, c, atC + 10 * VECTOR, ORDER);
        FloatVector s23 = FloatVector.fromMemorySegment(SPECIES, c, atC + 11 * VECTOR, ORDER);
        for (int k = 0; k < terms; k++, atA += 12, atB += rowB) {
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
            FloatVector a2 = FloatVector.broadcast(SPECIES, a.get(NUMBER, atA + 8));
            s20 = a2.fma(b0, s20);
            s21 = a2.fma(b1, s21);
            s22 = a2.fma(b2, s22);
            s23 = a2.fma(b3, s23);
        }
        s00.intoMemorySegment(c, atC, ORDER);
        s01.intoMemorySegment(c, atC + VECTOR, ORDER);
        s02.intoMemorySegment(c, atC + 2 * VECTOR, ORDER);
        s03.intoMemorySegment(c, atC + 3 * VECTOR, ORDER);
        s10.intoMemorySegment(c, atC + 4 * VECTOR, ORDER);
        s11.intoMemorySegment(c, atC + 5 * VECTOR, ORDER);
        s12.intoMemorySegment(c, atC + 6 * VECTOR, ORDER);
        s13.intoMemorySegment(c, atC + 7 * VECTOR, ORDER);
        s20.intoMemorySegment(c, atC + 8 * VECTOR, ORDER);
        s21.intoMemorySegment(c, atC + 9 * VECTOR, ORDER);
        s22.intoMemorySegment(c, atC + 10 * VECTOR, ORDER);
        s23.intoMemorySegment(c, atC + 11 * VECTOR, ORDER);
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
