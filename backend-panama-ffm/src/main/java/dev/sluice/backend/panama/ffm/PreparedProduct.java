package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.Transpose;

/** A matrix for many products: few rows go to the Java backend, which keeps it laid out, and many to the library, which need not. */
final class PreparedProduct implements PreparedMatrix {
    private final Backend backend;
    private final Backend java;
    private final int rows;
    private final Matrix b;
    private final Transpose transposeB;
    private PreparedMatrix forFewRows; // made when it is first needed

    /**
     * @param rows how many are many
     */
    PreparedProduct(Backend backend, Backend java, int rows, Matrix b, Transpose transposeB) {
        this.backend = backend;
        this.java = java;
        this.rows = rows;
        this.b = b;
        this.transposeB = transposeB;
    }

    @Override
    public void multiply(Matrix a, float beta, Matrix c) {
        if (a.rows() < rows) {
            forFewRows().multiply(a, beta, c);
        } else {
            backend.gemm(a, Transpose.NO, b, transposeB, beta, c);
        }
    }

    private synchronized PreparedMatrix forFewRows() {
        if (forFewRows == null) {
            forFewRows = java.prepare(b, transposeB);
        }
        return forFewRows;
    }

    @Override
    public synchronized void close() {
        if (forFewRows != null) {
            forFewRows.close();
        }
    }
}
