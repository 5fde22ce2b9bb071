package dev.sluice.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.lang.foreign.MemorySegment;

/** Every kernel as its equation reads, one loop over rows and one over columns. */
final class ScalarBackend implements Backend {
    /** Multiply-adds below which a second thread costs more than it saves. */
    private static final long WORTH_A_THREAD = 100_000;

    /** Loops run along the rows of C; much shorter than this they are slow, and the columns may be longer. */
    private static final int SHORT_ROW = 128;

    private final Workers workers;

    ScalarBackend(Workers workers) {
        this.workers = workers;
    }

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public String description() {
        return "plain Java loops, " + workers;
    }

    @Override
    public boolean isExact() {
        return true;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        Product stored = new Product(a, transposeA, b, transposeB, beta, c, Transpose.NO);
        boolean tall = stored.columns() < SHORT_ROW && stored.rows() > stored.columns();
        Product product = tall ? stored.transposed() : stored;
        int rows = product.rows();
        int columns = product.columns();
        if (rows >= workers.threads()) {
            workers.split(rows, atLeast((long) product.depth() * columns), (from, to) -> Gemm.run(product, from, to, 0, columns));
        } else {
            workers.split(columns, atLeast((long) product.depth() * rows), (from, to) -> Gemm.run(product, 0, rows, from, to));
        }
    }

    /** How many rows (or columns) of {@code work} multiply-adds each are worth a thread. */
    private static int atLeast(long work) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(WORTH_A_THREAD, Math.max(1, work)));
    }

    @Override
    public void addRow(Matrix row, Matrix c) {
        MemorySegment from = row.segment();
        MemorySegment to = c.segment();
        for (int r = 0; r < c.rows(); r++) {
            for (int j = 0; j < c.columns(); j++) {
                long at = c.row(r) + j;
                to.setAtIndex(JAVA_FLOAT, at, to.getAtIndex(JAVA_FLOAT, at) + from.getAtIndex(JAVA_FLOAT, row.offset() + j));
            }
        }
    }

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {
        MemorySegment from = a.segment();
        MemorySegment to = row.segment();
        for (int j = 0; j < row.columns(); j++) {
            to.setAtIndex(JAVA_FLOAT, row.offset() + j, beta == 0f ? 0f : beta * to.getAtIndex(JAVA_FLOAT, row.offset() + j));
        }
        for (int r = 0; r < a.rows(); r++) {
            for (int j = 0; j < a.columns(); j++) {
                long at = row.offset() + j;
                to.setAtIndex(JAVA_FLOAT, at, to.getAtIndex(JAVA_FLOAT, at) + from.getAtIndex(JAVA_FLOAT, a.row(r) + j));
            }
        }
    }

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {
        MemorySegment from = x.segment();
        MemorySegment to = y.segment();
        for (int r = 0; r < y.rows(); r++) {
            for (int j = 0; j < y.columns(); j++) {
                long at = y.row(r) + j;
                to.setAtIndex(JAVA_FLOAT, at, Math.fma(alpha, from.getAtIndex(JAVA_FLOAT, x.row(r) + j), to.getAtIndex(JAVA_FLOAT, at)));
            }
        }
    }

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
        workers.split(c.rows(), atLeast(40L * c.columns()), (from, to) -> {
            for (int r = from; r < to; r++) {
                Cell.forward(gates, c, nextC, nextH, r);
            }
        });
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        workers.split(c.rows(), atLeast(40L * c.columns()), (from, to) -> {
            for (int r = from; r < to; r++) {
                Cell.backward(gates, c, nextC, dh, dc, dGates, r);
            }
        });
    }
}
