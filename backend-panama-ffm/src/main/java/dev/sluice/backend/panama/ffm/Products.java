package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/**
 * Products by the library, which works on the thread that calls it. C is cut into as many pieces as there are workers, so that the library's threads and ours never
 * multiply; and no more threads are inside the library at once than it can bear.
 */
final class Products {
    /** Multiply-adds of a piece that is worth another thread. It depends on nothing else, so that the bits are the same each time. */
    private static final long WORTH_A_THREAD = 1_000_000;

    /** Pieces are cut at multiples of what kernels compute at a time. */
    private static final int GRAIN = 64;

    /** More callers than processors gain nothing, and each may hold a buffer of the library's. */
    private static final int CALLERS_PER_PROCESSOR = 2;

    private final Product product;
    private final Workers workers;
    private final Semaphore callers;

    /**
     * @param mostCallers how many threads may be inside the library at once
     */
    Products(Product product, Workers workers, int mostCallers) {
        this.product = product;
        this.workers = workers;
        callers = new Semaphore(Math.min(mostCallers, CALLERS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()));
    }

    /** C = A·B + β·C, none of them without elements. */
    void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        int depth = transposeA.columns(a), count = pieces(c.rows(), c.columns(), depth);
        int down = down(count, c.rows(), c.columns()), across = count / down;
        share(count, i -> {
            int fromRow = cut(c.rows(), i / across, down), toRow = cut(c.rows(), i / across + 1, down);
            int fromColumn = cut(c.columns(), i % across, across), toColumn = cut(c.columns(), i % across + 1, across);
            if (fromRow == toRow || fromColumn == toColumn) {
                return;
            }
            Matrix rows = transposeA.rows(a, fromRow, toRow), columns = transposeB.columns(b, fromColumn, toColumn);
            Matrix piece = c.rows(fromRow, toRow - fromRow).columns(fromColumn, toColumn - fromColumn);
            product.multiply(transposeA, transposeB, piece.rows(), piece.columns(), depth, address(rows), a.rowStride(), address(columns), b.rowStride(), beta, address(piece), c.rowStride());
        });
    }

    static long address(Matrix m) {
        return m.segment().address() + 4 * m.offset();
    }

    /** How many pieces a product is cut into. */
    int pieces(int rows, int columns, int depth) {
        return Math.clamp((long) rows * columns * depth / WORTH_A_THREAD, 1, workers.threads());
    }

    /** Into how many of them its rows, so that pieces are as square as can be: for each, the library lays out its part of A and of B. */
    private static int down(int pieces, int rows, int columns) {
        int best = 1;
        for (int down = 1; down <= pieces; down++) {
            if (pieces % down == 0 && rows / down + columns / (pieces / down) < rows / best + columns / (pieces / best)) {
                best = down;
            }
        }
        return best;
    }

    private static int cut(int size, int piece, int pieces) {
        return piece == pieces ? size : (int) ((long) size * piece / pieces / GRAIN * GRAIN);
    }

    /** Shares out pieces, each of which enters the library. */
    void share(int count, IntConsumer piece) {
        workers.run(count, i -> {
            callers.acquireUninterruptibly();
            try {
                piece.accept(i);
            } finally {
                callers.release();
            }
        });
    }
}
