package dev.sluice.api.wrong;

import dev.sluice.api.Matrix;
import dev.sluice.api.Memory;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.conformance.ReferenceBackend;
import java.util.HashMap;
import java.util.Map;

/** Products with a fault. */
final class WrongProducts {
    private WrongProducts() {}

    static class IgnoresStride extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(new Matrix(a.block(), a.offset(), a.rows(), a.columns(), a.columns()), transposeA, b, transposeB, beta, c);
        }
    }

    static class IgnoresOffset extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, new Matrix(b.block(), 0, b.rows(), b.columns(), b.rowStride()), transposeB, beta, c);
        }
    }

    static class IgnoresBeta extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, b, transposeB, beta == 0f ? 0f : 1f, c);
        }
    }

    static class ReadsOutputWhenBetaIsZero extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            for (int r = 0; beta == 0f && r < c.rows(); r++) {
                for (int j = 0; j < c.columns(); j++) {
                    c.set(r, j, 0f * c.get(r, j));
                }
            }
            super.gemm(a, transposeA, b, transposeB, beta == 0f ? 1f : beta, c);
        }
    }

    static class ForgetsLastColumn extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            boolean forgets = c.columns() % 8 == 1 && c.columns() > 8;
            float kept = forgets && c.rows() > 0 ? c.get(0, c.columns() - 1) : 0f;
            super.gemm(a, transposeA, b, transposeB, beta, c);
            if (forgets && c.rows() > 0) {
                c.set(0, c.columns() - 1, kept);
            }
        }
    }

    static class WritesOneRowTooMany extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, b, transposeB, beta, c);
            if (c.rows() % 4 == 1 && c.row(c.rows()) + c.columns() <= c.segment().byteSize() / 4) {
                new Matrix(c.block(), c.row(c.rows()), 1, c.columns(), c.rowStride()).fill(0f);
            }
        }
    }

    static class WritesPastTheLastColumn extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, b, transposeB, beta, c);
            for (int r = 0; r < c.rows(); r++) {
                for (int j = c.columns(); j < Math.min(c.rowStride(), Math.ceilDiv(c.columns(), 8) * 8); j++) {
                    c.set(r, j, 0f);
                }
            }
        }
    }

    static class PadsTermsWithZeros extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, b, transposeB, beta, c);
            int k = transposeA.columns(a);
            for (int r = 0; k % 4 != 0 && r < c.rows(); r++) {
                for (int j = 0; j < c.columns(); j++) {
                    c.set(r, j, Math.fma(0f, element(b, transposeB, k - 1, j), c.get(r, j)));
                }
            }
        }
    }

    /** Four sums per element, and it says it is exact. */
    static class SplitsSums extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            for (int r = 0; r < c.rows(); r++) {
                for (int j = 0; j < c.columns(); j++) {
                    float[] sums = {beta == 0f ? 0f : beta * c.get(r, j), 0f, 0f, 0f};
                    for (int k = 0; k < transposeA.columns(a); k++) {
                        sums[k % 4] = Math.fma(element(a, transposeA, r, k), element(b, transposeB, k, j), sums[k % 4]);
                    }
                    c.set(r, j, (sums[0] + sums[1]) + (sums[2] + sums[3]));
                }
            }
        }
    }

    /** The same, and honest about it: nothing is wrong with this one. */
    static final class SplitsSumsAndSaysSo extends SplitsSums {
        @Override
        public boolean isExact() {
            return false;
        }
    }

    static class RoundsTwice extends ReferenceBackend {
        @Override
        public void axpy(float alpha, Matrix x, Matrix y) {
            for (int r = 0; r < y.rows(); r++) {
                for (int j = 0; j < y.columns(); j++) {
                    y.set(r, j, alpha * x.get(r, j) + y.get(r, j));
                }
            }
        }
    }

    static class SumsRowsFromTheLast extends ReferenceBackend {
        @Override
        public void sumRows(Matrix a, float beta, Matrix row) {
            for (int j = 0; j < a.columns(); j++) {
                float sum = beta == 0f ? 0f : beta * row.get(0, j);
                for (int r = a.rows() - 1; r >= 0; r--) {
                    sum += a.get(r, j);
                }
                row.set(0, j, sum);
            }
        }
    }

    static class FlushesDenormals extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            super.gemm(a, transposeA, b, transposeB, beta, c);
            for (int r = 0; r < c.rows(); r++) {
                for (int j = 0; j < c.columns(); j++) {
                    c.set(r, j, Math.abs(c.get(r, j)) < Float.MIN_NORMAL ? 0f : c.get(r, j));
                }
            }
        }
    }

    /** A copy of b is kept for each place in memory, whatever b becomes. */
    static class KeepsOperands extends ReferenceBackend {
        private final Map<String, Matrix> copies = new HashMap<>();

        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            Matrix copy = copies.computeIfAbsent(System.identityHashCode(b.block()) + " " + b.offset() + " " + b, _ -> {
                Matrix made = new Matrix(Memory.take(4L * b.rows() * b.columns()), 0, b.rows(), b.columns(), b.columns());
                made.copyFrom(b);
                return made;
            });
            super.gemm(a, transposeA, copy, transposeB, beta, c);
        }
    }

    /** Threads of its own. */
    static class StartsThreads extends ReferenceBackend {
        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            Thread thread = new Thread(() -> super.gemm(a, transposeA, b, transposeB, beta, c));
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Sums that depend on how many share the work. */
    static class SumsByThread extends ReferenceBackend {
        @Override
        public void sumRows(Matrix a, float beta, Matrix row) {
            int half = a.rows() / 2;
            if (workers().threads() == 1 || half == 0) {
                super.sumRows(a, beta, row);
                return;
            }
            Matrix second = new Matrix(Memory.take(4L * a.columns()), 0, 1, a.columns(), a.columns());
            super.sumRows(a.rows(0, half), beta, row);
            super.sumRows(a.rows(half, a.rows() - half), 0f, second);
            super.axpy(1f, second, row);
        }
    }

    /** One buffer for all callers. */
    static class SharesScratch extends ReferenceBackend {
        private final float[] sums = new float[4096];

        @Override
        public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
            for (int r = 0; r < c.rows(); r++) {
                for (int j = 0; j < c.columns(); j++) {
                    sums[j] = beta == 0f ? 0f : beta * c.get(r, j);
                }
                for (int k = 0; k < transposeA.columns(a); k++) {
                    for (int j = 0; j < c.columns(); j++) {
                        sums[j] = Math.fma(element(a, transposeA, r, k), element(b, transposeB, k, j), sums[j]);
                    }
                }
                for (int j = 0; j < c.columns(); j++) {
                    c.set(r, j, sums[j]);
                }
            }
        }
    }

    /** A prepared matrix that is multiplied wrongly. */
    abstract static class PreparesWrongly extends ReferenceBackend {
        abstract void multiply(Matrix a, Matrix b, Transpose transposeB, float beta, Matrix c);

        @Override
        public PreparedMatrix prepare(Matrix b, Transpose transposeB) {
            return new PreparedMatrix() {
                @Override
                public void multiply(Matrix a, float beta, Matrix c) {
                    PreparesWrongly.this.multiply(a, b, transposeB, beta, c);
                }

                @Override
                public void close() {}
            };
        }
    }

    static class ForgetsBetaWhenPrepared extends PreparesWrongly {
        @Override
        void multiply(Matrix a, Matrix b, Transpose transposeB, float beta, Matrix c) {
            gemm(a, Transpose.NO, b, transposeB, beta == 0f ? 0f : 1f, c);
        }
    }

    static class SplitsSumsWhenPrepared extends PreparesWrongly {
        @Override
        void multiply(Matrix a, Matrix b, Transpose transposeB, float beta, Matrix c) {
            new SplitsSums().gemm(a, Transpose.NO, b, transposeB, beta, c);
        }
    }

    static class PreparesOnce extends ReferenceBackend {
        private PreparedMatrix kept;
        private Matrix of;

        @Override
        public synchronized PreparedMatrix prepare(Matrix b, Transpose transposeB) {
            if (!b.equals(of)) {
                kept = super.prepare(b, transposeB);
                of = b;
            }
            PreparedMatrix prepared = kept;
            return new PreparedMatrix() {
                @Override
                public void multiply(Matrix a, float beta, Matrix c) {
                    prepared.multiply(a, beta, c);
                }

                @Override
                public void close() {}
            };
        }
    }
}
