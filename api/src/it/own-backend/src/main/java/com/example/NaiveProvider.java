package com.example;

import dev.sluice.api.Activations;
import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** A whole backend in one file, as plain as it can be. It adds up in double, so it is not exact. */
public final class NaiveProvider implements BackendProvider {
    @Override
    public String name() {
        return "naive";
    }

    @Override
    public int priority() {
        return 1; // below the backends that are there anyway
    }

    @Override
    public Backend open(BackendContext context) {
        return new Naive(context.workers());
    }

    private record Naive(Workers workers) implements Backend {
        @Override
        public String name() {
            return "naive";
        }

        @Override
        public String description() {
            return "one element after the other";
        }

        @Override
        public boolean isExact() {
            return false;
        }

        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            for (int row = 0; row < c.rows(); row++) {
                for (int column = 0; column < c.columns(); column++) {
                    double sum = beta == 0f ? 0 : (double) beta * c.get(row, column);
                    for (int k = 0; k < transposeA.columns(a); k++) {
                        double left = transposeA == Transpose.NO ? a.get(row, k) : a.get(k, row);
                        double right = transposeB == Transpose.NO ? b.get(k, column) : b.get(column, k);
                        sum += left * right;
                    }
                    c.set(row, column, (float) sum);
                }
            }
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
                double sum = beta == 0f ? 0 : (double) beta * row.get(0, j);
                for (int r = 0; r < a.rows(); r++) {
                    sum += a.get(r, j);
                }
                row.set(0, j, (float) sum);
            }
        }

        @Override
        public void axpy(float alpha, Matrix x, Matrix y) {
            for (int r = 0; r < y.rows(); r++) {
                for (int j = 0; j < y.columns(); j++) {
                    y.set(r, j, alpha * x.get(r, j) + y.get(r, j));
                }
            }
        }

        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            int h = c.columns();
            for (int row = 0; row < c.rows(); row++) {
                for (int u = 0; u < h; u++) {
                    float i = Activations.sigmoid(gates.get(row, u)), f = Activations.sigmoid(gates.get(row, h + u));
                    float g = Activations.tanh(gates.get(row, 2 * h + u)), o = Activations.sigmoid(gates.get(row, 3 * h + u));
                    float next = f * c.get(row, u) + i * g;
                    gates.set(row, u, i);
                    gates.set(row, h + u, f);
                    gates.set(row, 2 * h + u, g);
                    gates.set(row, 3 * h + u, o);
                    nextC.set(row, u, next);
                    nextH.set(row, u, o * Activations.tanh(next));
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
                    float dNext = dc.get(row, u) + dh.get(row, u) * o * (1 - t * t);
                    dGates.set(row, u, dNext * g * i * (1 - i));
                    dGates.set(row, h + u, dNext * c.get(row, u) * f * (1 - f));
                    dGates.set(row, 2 * h + u, dNext * i * (1 - g * g));
                    dGates.set(row, 3 * h + u, dh.get(row, u) * t * o * (1 - o));
                    dc.set(row, u, dNext * f);
                }
            }
        }
    }
}
