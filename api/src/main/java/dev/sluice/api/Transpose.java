package dev.sluice.api;

/** Whether {@link Backend#gemm} takes a matrix as it is stored or its transpose. */
public enum Transpose {
    NO,
    YES;

    public Transpose other() {
        return this == NO ? YES : NO;
    }

    /** The rows of {@code matrix} as gemm sees it. */
    public int rows(Matrix matrix) {
        return this == NO ? matrix.rows() : matrix.columns();
    }

    /** The columns of {@code matrix} as gemm sees it. */
    public int columns(Matrix matrix) {
        return this == NO ? matrix.columns() : matrix.rows();
    }

    /** Rows {@code from} to {@code to} of {@code matrix} as gemm sees it; still to be taken with this. */
    public Matrix rows(Matrix matrix, int from, int to) {
        return this == NO ? matrix.rows(from, to - from) : matrix.columns(from, to - from);
    }

    /** Columns {@code from} to {@code to} of {@code matrix} as gemm sees it; still to be taken with this. */
    public Matrix columns(Matrix matrix, int from, int to) {
        return other().rows(matrix, from, to);
    }
}
