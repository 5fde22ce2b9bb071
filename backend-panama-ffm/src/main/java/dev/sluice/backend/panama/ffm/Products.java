package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/**
 * Products by the library, which works on the thread that calls it. C is shared out over the workers in pieces that depend on its shape alone, so that the bits do
 * not depend on the number of threads; and no more threads are inside the library at once than it can bear.
 */
final class Products {
    /** A piece of more multiply-adds than this is halved. */
    private static final long LARGE_PIECE = 160_000_000;

    /** Sides are not made shorter than this: for each piece the library lays out its operands anew. */
    private static final int SHORT_SIDE = 256;

    /** Pieces are cut at multiples of what kernels compute at a time. */
    private static final int GRAIN = 64;

    /** More callers than processors gain nothing, and each may hold a buffer of the library's. */
    private static final int CALLERS_PER_PROCESSOR = 2;

    private final CBLAS blas;
    private final Workers workers;
    private final Semaphore callers;

    /**
     * @param mostCallers how many threads may be inside the library at once
     */
    Products(CBLAS blas, Workers workers, int mostCallers) {
        this.blas = blas;
        this.workers = workers;
        callers = new Semaphore(Math.min(mostCallers, CALLERS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()));
    }

    /** C = A·B + β·C, none of them without elements. */
    void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        int depth = transposeA.columns(a);
        inPieces(c.rows(), c.columns(), depth, (fromRow, toRow, fromColumn, toColumn) -> {
            Matrix rows = rows(a, transposeA, fromRow, toRow), columns = rows(b, transposeB.other(), fromColumn, toColumn);
            Matrix piece = c.rows(fromRow, toRow - fromRow).columns(fromColumn, toColumn - fromColumn);
            blas.multiply(transposeA, transposeB, piece.rows(), piece.columns(), depth, address(rows), a.rowStride(), address(columns), b.rowStride(), beta, address(piece), c.rowStride());
        });
    }

    private static Matrix rows(Matrix m, Transpose transpose, int from, int to) {
        return transpose == Transpose.NO ? m.rows(from, to - from) : m.columns(from, to - from);
    }

    static long address(Matrix m) {
        return m.segment().address() + 4 * m.offset();
    }

    /** Part of a product. */
    @FunctionalInterface
    interface Piece {
        void run(int fromRow, int toRow, int fromColumn, int toColumn);
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

    private void inPieces(int rows, int columns, int depth, Piece piece) {
        int down = 1, across = 1;
        while ((long) (rows / down) * (columns / across) * depth > LARGE_PIECE && Math.max(rows / down, columns / across) >= 2 * SHORT_SIDE) {
            if (rows / down > columns / across) {
                down *= 2;
            } else {
                across *= 2;
            }
        }
        int times = down, ways = across;
        share(times * ways, i -> piece.run(cut(rows, i / ways, times), cut(rows, i / ways + 1, times), cut(columns, i % ways, ways), cut(columns, i % ways + 1, ways)));
    }

    private static int cut(int size, int piece, int pieces) {
        return piece == pieces ? size : (int) ((long) size * piece / pieces / GRAIN * GRAIN);
    }
}
