package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.ORDER;
import static dev.sluice.backend.vector.Lanes.SPECIES;
import static dev.sluice.backend.vector.Tile.NUMBER;

import dev.sluice.api.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The kernels that pass once over rows: whole vectors, then what is left number by number. */
final class Rows {
    private Rows() {}

    /** C[r, j] += row[j]. */
    static void add(Matrix row, Matrix c) {
        Blocks.add(row.segment(), 4 * row.offset(), 0, c.segment(), 4 * c.offset(), 4L * c.rowStride(), c.rows(), c.columns());
    }

    /** row[j] = β·row[j] + A[0, j] + A[1, j] + … */
    static void sum(Matrix a, float beta, Matrix row) {
        MemorySegment to = row.segment();
        for (int j = 0; j < row.columns(); j++) {
            long target = 4 * (row.offset() + j);
            to.set(NUMBER, target, beta == 0f ? 0f : beta * to.get(NUMBER, target));
        }
        Blocks.add(a.segment(), 4 * a.offset(), 4L * a.rowStride(), to, 4 * row.offset(), 0, a.rows(), a.columns());
    }

    /** C[r, j] = column[r] · row[j]: each element is written once, and none is read. */
    static void outer(Matrix column, Matrix row, Matrix c) {
        MemorySegment factors = column.segment(), from = row.segment(), to = c.segment();
        long source = 4 * row.offset();
        int whole = c.columns() - c.columns() % COUNT;
        FloatVector zero = FloatVector.zero(SPECIES); // a sum begins with +0
        for (int r = 0; r < c.rows(); r++) {
            float number = factors.get(NUMBER, 4 * (column.offset() + r));
            FloatVector factor = FloatVector.broadcast(SPECIES, number);
            long target = 4 * c.row(r);
            for (int j = 0; j < whole; j += COUNT) {
                factor.fma(FloatVector.fromMemorySegment(SPECIES, from, source + 4L * j, ORDER), zero).intoMemorySegment(to, target + 4L * j, ORDER);
            }
            for (int j = whole; j < c.columns(); j++) {
                to.set(NUMBER, target + 4L * j, Math.fma(number, from.get(NUMBER, source + 4L * j), 0f));
            }
        }
    }

    /** Y = fma(α, X, Y). */
    static void axpy(float alpha, Matrix x, Matrix y) {
        MemorySegment from = x.segment(), to = y.segment();
        FloatVector factor = FloatVector.broadcast(SPECIES, alpha);
        int whole = y.columns() - y.columns() % COUNT;
        for (int r = 0; r < y.rows(); r++) {
            long source = 4 * x.row(r), target = 4 * y.row(r);
            for (int j = 0; j < whole; j += COUNT) {
                FloatVector sum = FloatVector.fromMemorySegment(SPECIES, to, target + 4L * j, ORDER);
                factor.fma(FloatVector.fromMemorySegment(SPECIES, from, source + 4L * j, ORDER), sum).intoMemorySegment(to, target + 4L * j, ORDER);
            }
            for (int j = whole; j < y.columns(); j++) {
                to.set(NUMBER, target + 4L * j, Math.fma(alpha, from.get(NUMBER, source + 4L * j), to.get(NUMBER, target + 4L * j)));
            }
        }
    }
}
