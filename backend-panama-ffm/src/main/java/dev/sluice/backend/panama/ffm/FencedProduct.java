package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import java.lang.foreign.MemorySegment;

/**
 * Products of copies with room behind them, by a library that may read beyond the end of a matrix: where nothing is mapped there, that ends the process.
 */
record FencedProduct(Product product) implements Product {
    /** Floats behind the copies, beside a row of the widest: BLIS reads an element of one row more, or the rest of a vector. */
    private static final int ROOM = 64;

    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE); // its offsets are addresses

    @Override
    public void multiply(Transpose transposeA, Transpose transposeB, int m, int n, int k, long a, int lda, long b, int ldb, float beta, long c, int ldc) {
        boolean asStoredA = transposeA == Transpose.NO, asStoredB = transposeB == Transpose.NO;
        try (Scratch scratch = new Scratch((long) m * k + (long) k * n + (long) m * n + Math.max(m, Math.max(n, k)) + ROOM)) {
            Matrix ownA = copy(a, lda, asStoredA ? scratch.matrix(m, k) : scratch.matrix(k, m)), ownB = copy(b, ldb, asStoredB ? scratch.matrix(k, n) : scratch.matrix(n, k));
            Matrix ownC = copy(c, ldc, scratch.matrix(m, n));
            product.multiply(transposeA, transposeB, m, n, k, Products.address(ownA), ownA.rowStride(), Products.address(ownB), ownB.rowStride(), beta, Products.address(ownC), n);
            for (int row = 0; row < m; row++) {
                MemorySegment.copy(ownC.segment(), 4 * ownC.row(row), MEMORY, c + 4L * row * ldc, 4L * n);
            }
        }
    }

    private static Matrix copy(long address, int ld, Matrix to) {
        for (int row = 0; row < to.rows(); row++) {
            MemorySegment.copy(MEMORY, address + 4L * row * ld, to.segment(), 4 * to.row(row), 4L * to.columns());
        }
        return to;
    }
}
