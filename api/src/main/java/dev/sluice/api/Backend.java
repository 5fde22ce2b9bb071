package dev.sluice.api;

/**
 * The arithmetic under every tensor and layer: six kernels, each one product of matrices or one pass over memory.
 *
 * <p>Arguments are views of native memory, inputs first and outputs last. Outputs are "Written." or "Modified."; inputs are never modified.
 * An output overlaps no other argument. Sizes of zero are legal. Kernels are called from many threads at once. The package page holds
 * the contract in full.
 *
 * <p>Backends from {@link Backends} check their arguments before they run; a kernel itself need not.
 */
public interface Backend {
    /** The name it is selected by, such as {@code scalar}. */
    String name();

    /** One line for reports: what it runs on, with the figures that decide its speed. */
    String description();

    /** Whether every bit is the contract's; if not, the contract's tolerance holds. */
    boolean isExact();

    /** The threads it was opened with. Layers share out their directions over the same ones. */
    Workers workers();

    /**
     * C = A·B + β·C. Each element starts from β·C (from +0 when β is 0, and then C is never read) and takes in its products by fused
     * multiply-add, k ascending.
     *
     * @param a [m, k] after {@code transposeA}
     * @param b [k, n] after {@code transposeB}
     * @param c [m, n]; written when β is 0, modified otherwise
     */
    void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c);

    /**
     * C[r, j] = C[r, j] + row[j] for every row r: the bias of a layer.
     *
     * @param row [1, n]
     * @param c [m, n]; modified
     */
    void addRow(Matrix row, Matrix c);

    /**
     * row[j] = β·row[j] + A[0, j] + A[1, j] + …, added in that order: the gradient of a bias. With β = 0 the sum starts from +0 and row is
     * never read.
     *
     * @param a [m, n]
     * @param row [1, n]; written when β is 0, modified otherwise
     */
    void sumRows(Matrix a, float beta, Matrix row);

    /**
     * Y = fma(α, X, Y), element by element.
     *
     * @param x [m, n]
     * @param y [m, n]; modified
     */
    void axpy(float alpha, Matrix x, Matrix y);

    /**
     * One step of an LSTM for m sequences: c′ = σ(f)·c + σ(i)·tanh(g), h′ = σ(o)·tanh(c′).
     *
     * <p>With s(x) = 1 + e⁻ˣ and tanh(x) = p(x)/q(x) as {@link Activations} has them, each element is
     * <pre>
     * r  = 1 / (q(g)·s(i))       i = q(g)·r    g = (p(g)·s(i))·r
     * f  = 1 / s(f)
     * c′ = fma(f, c, p(g)·r)
     * r′ = 1 / (q(c′)·s(o))      o = q(c′)·r′  h′ = p(c′)·r′
     * </pre>
     *
     * @param gates [m, 4h], the four sums of each unit in the order i | f | g | o; modified: afterwards the activated gates
     * @param c [m, h], the cell states before the step
     * @param nextC [m, h]; written
     * @param nextH [m, h]; written
     */
    void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH);

    /**
     * The gradient of {@link #lstmCell}, given that of its results:
     * <pre>
     * t   = tanh(c′)
     * do  = dh·t·(o·(1 − o))
     * dc′ = fma(dh·o, fma(−t, t, 1), dc)
     * di  = dc′·g·(i·(1 − i))      df = dc′·c·(f·(1 − f))
     * dg  = dc′·i·fma(−g, g, 1)    dc = dc′·f
     * </pre>
     * where products without brackets are taken from left to right.
     *
     * @param gates [m, 4h], activated
     * @param c [m, h], the cell states before the step
     * @param nextC [m, h], the cell states after it
     * @param dh [m, h], the gradient of h′
     * @param dc [m, h]; modified: on entry the gradient of c′ from later steps, afterwards that of c
     * @param dGates [m, 4h]; written: the gradient of the four sums
     */
    void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates);

    /**
     * A matrix for many products, laid out once. It refers to {@code b} still, which does not change until it is closed. Unless a backend knows better, a
     * transposed matrix is copied and another is read where it lies.
     *
     * @param b [k, n] after {@code transposeB}; not modified
     */
    default PreparedMatrix prepare(Matrix b, Transpose transposeB) {
        return new StoredMatrix(this, b, transposeB);
    }

    /** The recurrence over whole sequences. Unless a backend has a faster one, the readable one made of the kernels above. */
    default LSTMKernel lstm() {
        return new StepwiseLSTM(this);
    }
}
