package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Lanes.VECTOR;
import static dev.sluice.backend.vector.Tile.NUMBER;

import dev.sluice.api.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Rectangles of floats moved from one place to another. Offsets and distances between rows are in bytes. */
final class Blocks {
    private Blocks() {}

    /** Copies every element. */
    static void copy(Matrix from, Matrix to) {
        copy(from.segment(), 4 * from.offset(), 4L * from.rowStride(), to.segment(), 4 * to.offset(), 4L * to.rowStride(), from.rows(), from.columns());
    }

    /** Copies every element to a contiguous matrix of whole vectors, and fills that up with zeros. */
    static void copyPadded(Matrix from, Matrix to) {
        if (from.columns() < to.columns()) {
            clear(to.segment(), 4 * to.offset(), (long) to.rows() * to.columns() / COUNT);
        }
        copy(from, to.columns(0, from.columns()));
    }

    /** Copies [rows, columns]; nothing else is written. */
    static void copy(MemorySegment from, long atFrom, long rowFrom, MemorySegment to, long atTo, long rowTo, int rows, int columns) {
        int column = 0;
        for (; column + PANEL <= columns; column += PANEL) {
            copyPanel(from, atFrom + 4L * column, rowFrom, to, atTo + 4L * column, rowTo, rows);
        }
        for (; column + COUNT <= columns; column += COUNT) {
            for (int r = 0; r < rows; r++) {
                FloatVector.fromMemorySegment(SPECIES, from, atFrom + r * rowFrom + 4L * column, ORDER).intoMemorySegment(to, atTo + r * rowTo + 4L * column, ORDER);
            }
        }
        if (column < columns) {
            copyRest(from, atFrom + 4L * column, rowFrom, to, atTo + 4L * column, rowTo, rows, columns - column);
        }
    }

    /** Fewer columns than a vector has lanes. */
    private static void copyRest(MemorySegment from, long atFrom, long rowFrom, MemorySegment to, long atTo, long rowTo, int rows, int columns) {
        if (COUNT < 8) { // such processors have no loads and stores of some lanes only
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < columns; j++) {
                    to.set(NUMBER, atTo + r * rowTo + 4L * j, from.get(NUMBER, atFrom + r * rowFrom + 4L * j));
                }
            }
            return;
        }
        VectorMask<Float> some = SPECIES.indexInRange(0, columns);
        for (int r = 0; r < rows; r++) {
            FloatVector.fromMemorySegment(SPECIES, from, atFrom + r * rowFrom, ORDER, some).intoMemorySegment(to, atTo + r * rowTo, ORDER, some);
        }
    }

    private static void copyPanel(MemorySegment from, long atFrom, long rowFrom, MemorySegment to, long atTo, long rowTo, int rows) {
        for (int r = 0; r < rows; r++) {
            long source = atFrom + r * rowFrom, target = atTo + r * rowTo;
            FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, from, source, ORDER);
            FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, from, source + VECTOR, ORDER);
            FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, from, source + 2 * VECTOR, ORDER);
            FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, from, source + 3 * VECTOR, ORDER);
            v0.intoMemorySegment(to, target, ORDER);
            v1.intoMemorySegment(to, target + VECTOR, ORDER);
            v2.intoMemorySegment(to, target + 2 * VECTOR, ORDER);
            v3.intoMemorySegment(to, target + 3 * VECTOR, ORDER);
        }
    }

    /** Zeros in whole vectors of contiguous memory. */
    static void clear(MemorySegment to, long at, long vectors) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int v = 0; v < vectors; v++) {
            zero.intoMemorySegment(to, at + v * VECTOR, ORDER);
        }
    }

    /** Target += source, [rows, columns]. */
    static void add(MemorySegment from, long atFrom, long rowFrom, MemorySegment to, long atTo, long rowTo, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            addRow(from, atFrom + r * rowFrom, to, atTo + r * rowTo, columns);
        }
    }

    /** {@code count} numbers at {@code atTo} += those at {@code atFrom}. */
    private static void addRow(MemorySegment from, long atFrom, MemorySegment to, long atTo, int count) {
        int whole = count - count % COUNT;
        for (int j = 0; j < whole; j += COUNT) {
            FloatVector sum = FloatVector.fromMemorySegment(SPECIES, to, atTo + 4L * j, ORDER);
            sum.add(FloatVector.fromMemorySegment(SPECIES, from, atFrom + 4L * j, ORDER)).intoMemorySegment(to, atTo + 4L * j, ORDER);
        }
        for (int j = whole; j < count; j++) {
            to.set(NUMBER, atTo + 4L * j, to.get(NUMBER, atTo + 4L * j) + from.get(NUMBER, atFrom + 4L * j));
        }
    }

    /** Target *= factor, [rows, columns]. */
    static void scale(float factor, MemorySegment to, long atTo, long rowTo, int rows, int columns) {
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                long target = atTo + r * rowTo + 4L * j;
                to.set(NUMBER, target, factor * to.get(NUMBER, target));
            }
        }
    }

    /** Makes each row of a tile a copy of one row of a panel. */
    static void repeat(MemorySegment row, long atRow, MemorySegment tile, long atTile, int rows) {
        FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, row, atRow, ORDER);
        FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, row, atRow + VECTOR, ORDER);
        FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, row, atRow + 2 * VECTOR, ORDER);
        FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, row, atRow + 3 * VECTOR, ORDER);
        for (int r = 0; r < rows; r++) {
            long at = atTile + r * PANEL_ROW;
            v0.intoMemorySegment(tile, at, ORDER);
            v1.intoMemorySegment(tile, at + VECTOR, ORDER);
            v2.intoMemorySegment(tile, at + 2 * VECTOR, ORDER);
            v3.intoMemorySegment(tile, at + 3 * VECTOR, ORDER);
        }
    }

    /**
     * Copies {@code count} rows of a matrix, of {@code terms} numbers each, to as many columns: element (r, k) goes to {@code atTo + k·rowTo + 4·r}.
     */
    static void transpose(MemorySegment from, long atFrom, long rowFrom, MemorySegment to, long atTo, long rowTo, int count, int terms) {
        int strip = 32; // of each row at a time, so that the lines written to stay in the cache until they are full
        for (int first = 0; first < terms; first += strip) {
            int end = Math.min(terms, first + strip);
            for (int r = 0; r < count; r++) {
                long source = atFrom + r * rowFrom;
                long target = atTo + 4L * r;
                for (int k = first; k < end; k++) {
                    to.set(NUMBER, target + k * rowTo, from.get(NUMBER, source + 4L * k));
                }
            }
        }
    }
}
