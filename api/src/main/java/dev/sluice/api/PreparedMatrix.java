package dev.sluice.api;

/**
 * A matrix B [k, n] that many products share as their right side, in whatever layout its backend likes; see {@link Backend#prepare}. Any number of threads may
 * use it at once.
 */
public interface PreparedMatrix extends AutoCloseable {
    /**
     * C = A·B + β·C, as {@link Backend#gemm} gives it.
     *
     * @param a [m, k]
     * @param c [m, n]; written when β is 0, modified otherwise
     */
    void multiply(Matrix a, float beta, Matrix c);

    /** Gives its memory back. Nobody may be using it. */
    @Override
    void close();
}
