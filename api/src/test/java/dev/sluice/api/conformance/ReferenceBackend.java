package dev.sluice.api.conformance;

import dev.sluice.api.Activations;
import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** The contract as code: one element after the other, exact, and as slow as it reads. */
public class ReferenceBackend implements Backend {
    private Workers workers = Workers.of(1);

    /** The reference, on one thread. */
    public ReferenceBackend() {}

    /** The workers that {@link #workers} tells; the reference leaves them idle. */
    public void use(Workers given) {
        workers = given;
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "the contract as code";
    }

    @Override
    public boolean isExact() {
        return true;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        for (int row = 0; row < c.rows(); row++) {
            for (int column = 0; column < c.columns(); column++) {
                float sum = beta == 0f ? 0f : beta * c.get(row, column);
                for (int k = 0; k < transposeA.columns(a); k++) {
                    sum = Math.fma(element(a, transposeA, row, k), element(b, transposeB, k, column), sum);
                }
                c.set(row, column, sum);
            }
        }
    }

    /** An element of a matrix or of its transpose. */
    protected static float element(Matrix matrix, Transpose transposed, int row, int column) {
        return transposed == Transpose.NO ? matrix.get(row, column) : matrix.get(column, row);
    }

    @Override
    public void addRow(Matrix row, Matrix c) {
        for (int r = 0; r < c.rows(); r++) {
            for (int j = 0; j < c.columns(); j++) {
                c.set(r, j, c.get(r, j) + row.get(0, j));
            }
        }
    }

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {
        for (int j = 0; j < a.columns(); j++) {
            float sum = beta == 0f ? 0f : beta * row.get(0, j);
            for (int r = 0; r < a.rows(); r++) {
                sum += a.get(r, j);
            }
            row.set(0, j, sum);
        }
    }

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {
        for (int r = 0; r < y.rows(); r++) {
            for (int j = 0; j < y.columns(); j++) {
                y.set(r, j, Math.fma(alpha, x.get(r, j), y.get(r, j)));
            }
        }
    }

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
        int h = c.columns();
        for (int row = 0; row < c.rows(); row++) {
            for (int u = 0; u < h; u++) {
                float sigmoidI = Activations.sigmoidDenominator(gates.get(row, u));
                float g = Activations.tanhArgument(gates.get(row, 2 * h + u));
                float p = Activations.tanhNumerator(g);
                float q = Activations.tanhDenominator(g);
                float r = 1f / (q * sigmoidI);
                float f = 1f / Activations.sigmoidDenominator(gates.get(row, h + u));
                float next = Math.fma(f, c.get(row, u), p * r);
                float sigmoidO = Activations.sigmoidDenominator(gates.get(row, 3 * h + u));
                float argument = Activations.tanhArgument(next);
                float qNext = Activations.tanhDenominator(argument);
                float rNext = 1f / (qNext * sigmoidO);
                gates.set(row, u, q * r);
                gates.set(row, h + u, f);
                gates.set(row, 2 * h + u, p * sigmoidI * r);
                gates.set(row, 3 * h + u, qNext * rNext);
                nextC.set(row, u, next);
                nextH.set(row, u, Activations.tanhNumerator(argument) * rNext);
            }
        }
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        int h = c.columns();
        for (int row = 0; row < c.rows(); row++) {
            for (int u = 0; u < h; u++) {
                float i = gates.get(row, u), f = gates.get(row, h + u), g = gates.get(row, 2 * h + u), o = gates.get(row, 3 * h + u);
                float t = Activations.tanh(nextC.get(row, u));
                float dNext = Math.fma(dh.get(row, u) * o, Math.fma(-t, t, 1f), dc.get(row, u));
                dGates.set(row, u, dNext * g * (i * (1f - i)));
                dGates.set(row, h + u, dNext * c.get(row, u) * (f * (1f - f)));
                dGates.set(row, 2 * h + u, dNext * i * Math.fma(-g, g, 1f));
                dGates.set(row, 3 * h + u, dh.get(row, u) * t * (o * (1f - o)));
                dc.set(row, u, dNext * f);
            }
        }
    }
}
