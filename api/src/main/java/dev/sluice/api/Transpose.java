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
}
