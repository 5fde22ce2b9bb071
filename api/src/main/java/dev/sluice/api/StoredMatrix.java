package dev.sluice.api;

/** What {@link Backend#prepare} gives unless a backend knows better: rows of B lie as gemm reads them, so a transposed B is copied once instead of at each product. */
final class StoredMatrix implements PreparedMatrix {
    private final Backend backend;
    private final Matrix rows; // [k, n]
    private final Scratch scratch; // or null where nothing was copied

    StoredMatrix(Backend backend, Matrix b, Transpose transposeB) {
        this.backend = backend;
        if (transposeB == Transpose.NO) {
            scratch = null;
            rows = b;
            return;
        }
        scratch = new Scratch((long) b.rows() * b.columns());
        rows = scratch.matrix(b.columns(), b.rows());
        for (int r = 0; r < b.rows(); r++) {
            for (int c = 0; c < b.columns(); c++) {
                rows.set(c, r, b.get(r, c));
            }
        }
    }

    @Override
    public void multiply(Matrix a, float beta, Matrix c) {
        backend.gemm(a, Transpose.NO, rows, Transpose.NO, beta, c);
    }

    @Override
    public void close() {
        if (scratch != null) {
            scratch.close();
        }
    }
}
