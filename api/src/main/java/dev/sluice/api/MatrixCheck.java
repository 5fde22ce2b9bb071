package dev.sluice.api;

import java.util.ArrayList;
import java.util.List;

/** What the arguments of a kernel must be, with the messages for when they are not. */
final class MatrixCheck {
    private final String operation;
    private final List<Matrix> seen = new ArrayList<>();

    MatrixCheck(String operation) {
        this.operation = operation;
    }

    /** The matrix lies inside its block, and its rows do not overlap. */
    void input(String name, Matrix m) {
        inside(name, m);
        seen.add(m);
    }

    private void inside(String name, Matrix m) {
        if (m == null) {
            throw new NullPointerException(operation + ": " + name + " is null; a matrix is required");
        }
        if (m.rows() < 0 || m.columns() < 0) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + m + "; rows and columns must be 0 or more");
        }
        if (m.rowStride() < m.columns()) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + m + " with a row stride of " + m.rowStride()
                    + "; the stride must be at least the columns (" + m.columns() + ")");
        }
        long floats = m.segment().byteSize() / 4;
        if (m.offset() < 0 || m.offset() > floats || m.rows() > 0 && end(m) > floats) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + m + " at offset " + m.offset() + " with a row stride of "
                    + m.rowStride() + "; its block has only " + floats + " floats");
        }
    }

    /** As {@link #input}, and the matrix shares no element with any argument named before. */
    void output(String name, Matrix m) {
        inside(name, m);
        for (Matrix other : seen) {
            if (overlap(m, other)) {
                throw new IllegalArgumentException(operation + ": " + name + " " + m + " shares memory with another argument " + other
                        + "; an output must have memory of its own");
            }
        }
        seen.add(m);
    }

    void shape(String name, Matrix m, int rows, int columns) {
        if (m.rows() != rows || m.columns() != columns) {
            throw new IllegalArgumentException(operation + ": " + name + " is " + m + "; [" + rows + ", " + columns + "] is required");
        }
    }

    void equal(String nameA, Matrix a, int sizeA, String nameB, Matrix b, int sizeB) {
        if (sizeA != sizeB) {
            throw new IllegalArgumentException(operation + ": a is " + a + ", b is " + b + "; " + nameA + " (" + sizeA + ") must equal "
                    + nameB + " (" + sizeB + ")");
        }
    }

    private static long end(Matrix m) {
        return m.row(m.rows() - 1) + m.columns();
    }

    private static boolean overlap(Matrix a, Matrix b) {
        if (a.block() != b.block() || a.rows() == 0 || b.rows() == 0 || a.columns() == 0 || b.columns() == 0) {
            return false;
        }
        if (end(a) <= b.offset() || end(b) <= a.offset()) {
            return false;
        }
        if (a.rowStride() != b.rowStride() && a.rows() > 1 && b.rows() > 1) {
            return true; // not worth finding out
        }
        // Two column ranges of one table, perhaps. They overlap unless they are apart in every row.
        long stride = a.rows() > 1 ? a.rowStride() : b.rowStride();
        long apart = Math.floorMod(b.offset() - a.offset(), stride);
        return apart < a.columns() || apart + b.columns() > stride;
    }
}
