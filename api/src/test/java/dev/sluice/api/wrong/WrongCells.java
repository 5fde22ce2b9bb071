package dev.sluice.api.wrong;

import dev.sluice.api.Activations;
import dev.sluice.api.Matrix;
import dev.sluice.api.conformance.ReferenceBackend;

/** Cells with a fault. */
final class WrongCells {
    private WrongCells() {}

    static class SwapsInputAndForgetGate extends ReferenceBackend {
        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            for (int r = 0; r < gates.rows(); r++) {
                for (int u = 0; u < c.columns(); u++) {
                    float i = gates.get(r, u);
                    gates.set(r, u, gates.get(r, c.columns() + u));
                    gates.set(r, c.columns() + u, i);
                }
            }
            super.lstmCell(gates, c, nextC, nextH);
        }
    }

    /** tanh(x) = (1 − e)/(1 + e) with e = e⁻²ˣ: accurate to 10⁻⁷, but near zero that is all there is. Not exact, and says so. */
    static class LosesDigitsNearZero extends ReferenceBackend {
        @Override
        public boolean isExact() {
            return false;
        }

        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            int h = c.columns();
            for (int r = 0; r < c.rows(); r++) {
                for (int u = 0; u < h; u++) {
                    float i = Activations.sigmoid(gates.get(r, u)), f = Activations.sigmoid(gates.get(r, h + u));
                    float e = Activations.exp(-2 * Activations.tanhArgument(gates.get(r, 2 * h + u)));
                    float g = (1f - e) / (1f + e), o = Activations.sigmoid(gates.get(r, 3 * h + u));
                    float next = Math.fma(f, c.get(r, u), i * g);
                    gates.set(r, u, i);
                    gates.set(r, h + u, f);
                    gates.set(r, 2 * h + u, g);
                    gates.set(r, 3 * h + u, o);
                    nextC.set(r, u, next);
                    nextH.set(r, u, o * Activations.tanh(next));
                }
            }
        }
    }

    /** σ(o)·tanh(c′) as a product of two quotients instead of one quotient. */
    static class MultipliesQuotients extends ReferenceBackend {
        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            super.lstmCell(gates, c, nextC, nextH);
            for (int r = 0; r < c.rows(); r++) {
                for (int u = 0; u < c.columns(); u++) {
                    nextH.set(r, u, gates.get(r, 3 * c.columns() + u) * Activations.tanh(nextC.get(r, u)));
                }
            }
        }
    }

    static class LeaksBetweenRows extends ReferenceBackend {
        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            super.lstmCell(gates, c, nextC, nextH);
            for (int r = 1; r < c.rows(); r++) {
                nextH.set(r, 0, nextH.get(r, 0) + 0f * nextH.get(r - 1, 0));
            }
        }
    }

    static class OverwritesItsState extends ReferenceBackend {
        @Override
        public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
            super.lstmCell(gates, c, nextC, nextH);
            c.copyFrom(nextC);
        }
    }

    static class ForgetsTheLaterGradient extends ReferenceBackend {
        @Override
        public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
            dc.fill(0f);
            super.lstmCellGradient(gates, c, nextC, dh, dc, dGates);
        }
    }
}
