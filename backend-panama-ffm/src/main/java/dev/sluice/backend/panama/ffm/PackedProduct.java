package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Matrix;
import dev.sluice.api.Memory;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.Transpose;

/** A matrix for many products in the library's own layout, in strips of columns that may be computed side by side. */
final class PackedProduct implements PreparedMatrix {
    /** Strips are shared out over the threads that products with so many rows are worth. */
    private static final int ROWS = 32;

    /** Smaller matrices take several times their size in the library's layout, and gain nothing. */
    private static final long WORTH_PACKING = 1_000_000;

    private final CBLAS blas;
    private final Products products;
    private final int depth;
    private final int columns;
    private final Memory.Block[] strips;

    PackedProduct(CBLAS blas, Products products, Matrix b, Transpose transposeB) {
        this.blas = blas;
        this.products = products;
        depth = transposeB.rows(b);
        columns = transposeB.columns(b);
        strips = new Memory.Block[products.pieces(ROWS, columns, depth)];
        for (int i = 0; i < strips.length; i++) {
            int from = from(i), width = from(i + 1) - from;
            strips[i] = Memory.take(blas.packedBytes(width, depth));
            Matrix part = transposeB.columns(b, from, from + width);
            blas.pack(transposeB, width, depth, Products.address(part), b.rowStride(), strips[i].segment().address());
        }
    }

    static boolean isWorthIt(Matrix b) {
        return (long) b.rows() * b.columns() >= WORTH_PACKING;
    }

    private int from(int strip) {
        return (int) ((long) columns * strip / strips.length);
    }

    @Override
    public void multiply(Matrix a, float beta, Matrix c) {
        if (a.rows() == 0) {
            return;
        }
        products.share(strips.length, i -> {
            Matrix part = c.columns(from(i), from(i + 1) - from(i));
            blas.multiplyPacked(a.rows(), part.columns(), depth, Products.address(a), a.rowStride(), strips[i].segment().address(), part.columns(), beta, Products.address(part), c.rowStride());
        });
    }

    @Override
    public void close() {
        for (Memory.Block strip : strips) {
            strip.close();
        }
    }
}
