package dev.sluice.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Matrix;
import dev.sluice.api.Memory;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel against its equation: the sums to the bit, in the order the contract gives; the cell within a few roundings of double. Random
 * sizes, strides and offsets; nothing around an output is touched.
 */
class ScalarBackendTest {
    private static final float CANARY = 12345.678f;
    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 129, 257, 300};

    private static final List<Backend> BACKENDS = IntStream.rangeClosed(1, 3).mapToObj(n -> Backends.discover(Workers.of(n)).named("scalar")).toList();

    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    private final Memory.Block[] blocks = new Memory.Block[8];
    private int taken;

    /** A matrix somewhere inside a block of canaries, filled with random numbers. */
    private Matrix matrix(Random random, int rows, int columns) {
        int offset = random.nextInt(40);
        int stride = columns + (random.nextBoolean() ? 0 : random.nextInt(20));
        Memory.Block block = Memory.take(4L * (offset + (long) rows * stride + 40));
        blocks[taken++ % blocks.length] = block;
        Matrix whole = new Matrix(block, 0, 1, (int) (block.segment().byteSize() / 4), (int) (block.segment().byteSize() / 4));
        whole.fill(CANARY);
        Matrix matrix = new Matrix(block, offset, rows, columns, stride);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix.set(r, c, random.nextFloat() * 2 - 1);
            }
        }
        return matrix;
    }

    private static Matrix copy(Matrix m) {
        Memory.Block block = Memory.take(4L * m.rows() * m.columns());
        Matrix copy = new Matrix(block, 0, m.rows(), m.columns(), m.columns());
        copy.copyFrom(m);
        return copy;
    }

    @FunctionalInterface
    private interface Element {
        float at(int row, int column);
    }

    private static void assertIs(String what, Matrix actual, Element expected) {
        long elements = actual.segment().byteSize() / 4;
        for (long i = 0; i < elements; i++) {
            long at = i - actual.offset();
            boolean inside = at >= 0 && actual.rowStride() > 0 && at / actual.rowStride() < actual.rows() && at % actual.rowStride() < actual.columns();
            float value = actual.segment().getAtIndex(JAVA_FLOAT, i);
            float wanted = inside ? expected.at((int) (at / actual.rowStride()), (int) (at % actual.rowStride())) : CANARY;
            if (Float.floatToIntBits(value) != Float.floatToIntBits(wanted)) {
                throw new AssertionError("%s: float %d of the block, %s the matrix %s, is %s, expected %s".formatted(what, i, inside ? "inside" : "outside", actual, value, wanted));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void gemmIsOneChainOfFusedMultiplyAddsPerElement(int seed) {
        Random random = new Random(seed);
        int m = SIZES[random.nextInt(SIZES.length)], n = SIZES[random.nextInt(SIZES.length)], k = SIZES[random.nextInt(SIZES.length)];
        float beta = new float[] {0f, 1f, 0.5f, -2f}[random.nextInt(4)];
        for (Transpose ta : Transpose.values()) {
            for (Transpose tb : Transpose.values()) {
                Matrix a = ta == Transpose.NO ? matrix(random, m, k) : matrix(random, k, m);
                Matrix b = tb == Transpose.NO ? matrix(random, k, n) : matrix(random, n, k);
                for (Backend backend : BACKENDS) {
                    Matrix c = matrix(random, m, n);
                    if (beta == 0f && m > 0 && n > 0) {
                        c.set(0, 0, Float.NaN); // never read
                    }
                    Matrix before = copy(c);
                    backend.gemm(a, ta, b, tb, beta, c);
                    String what = "seed %d: gemm [%d, %d]·[%d, %d], %s %s, beta %s, %s".formatted(seed, m, k, k, n, ta, tb, beta, backend.description());
                    assertIs(what, c, (row, column) -> {
                        float sum = beta == 0f ? 0f : beta * before.get(row, column);
                        for (int t = 0; t < k; t++) {
                            sum = Math.fma(ta == Transpose.NO ? a.get(row, t) : a.get(t, row), tb == Transpose.NO ? b.get(t, column) : b.get(column, t), sum);
                        }
                        return sum;
                    });
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sumsOfRows(int seed) {
        Random random = new Random(seed);
        int m = SIZES[random.nextInt(SIZES.length)], n = SIZES[random.nextInt(SIZES.length)];
        Backend backend = BACKENDS.get(seed % 3);
        Matrix a = matrix(random, m, n);
        Matrix row = matrix(random, 1, n);
        Matrix before = copy(row);
        backend.addRow(row, a);
        assertIs("seed " + seed + ": addRow leaves the row", row, before::get);
        Matrix sums = matrix(random, 1, n);
        sums.fill(Float.NaN);
        backend.sumRows(a, 0f, sums);
        Element expected = (r, c) -> {
            float sum = 0f;
            for (int i = 0; i < m; i++) {
                sum += a.get(i, c);
            }
            return sum;
        };
        assertIs("seed " + seed + ": sumRows", sums, expected);
        backend.sumRows(a, -2f, row);
        assertIs("seed " + seed + ": sumRows with beta", row, (r, c) -> {
            float sum = -2f * before.get(0, c);
            for (int i = 0; i < m; i++) {
                sum += a.get(i, c);
            }
            return sum;
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void elementwise(int seed) {
        Random random = new Random(seed);
        int m = SIZES[random.nextInt(SIZES.length)], n = SIZES[random.nextInt(SIZES.length)];
        Backend backend = BACKENDS.get(seed % 3);
        Matrix x = matrix(random, m, n), y = matrix(random, m, n), row = matrix(random, 1, n);
        Matrix before = copy(y);
        backend.axpy(0.3f, x, y);
        assertIs("seed " + seed + ": axpy", y, (r, c) -> Math.fma(0.3f, x.get(r, c), before.get(r, c)));
        Matrix added = copy(y);
        backend.addRow(row, y);
        assertIs("seed " + seed + ": addRow", y, (r, c) -> added.get(r, c) + row.get(0, c));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void theCellAndItsGradientAreThoseOfTheEquations(int seed) {
        Random random = new Random(seed);
        int m = 1 + random.nextInt(40), h = 1 + random.nextInt(70);
        double range = new double[] {1, 5, 30}[seed % 3];
        Backend backend = BACKENDS.get(seed % 2);
        Matrix gates = matrix(random, m, 4 * h), c = matrix(random, m, h), nextC = matrix(random, m, h), nextH = matrix(random, m, h);
        for (int r = 0; r < m; r++) {
            for (int j = 0; j < 4 * h; j++) {
                gates.set(r, j, (float) (gates.get(r, j) * range));
            }
        }
        Matrix sums = copy(gates);
        backend.lstmCell(gates, c, nextC, nextH);
        Matrix dh = matrix(random, m, h), dc = matrix(random, m, h), dGates = matrix(random, m, 4 * h);
        Matrix dcBefore = copy(dc);
        backend.lstmCellGradient(gates, c, nextC, dh, dc, dGates);
        for (int r = 0; r < m; r++) {
            for (int u = 0; u < h; u++) {
                String what = "seed " + seed + ", row " + r + ", unit " + u + ": ";
                double i = sigmoid(sums.get(r, u)), f = sigmoid(sums.get(r, h + u)), g = Math.tanh(sums.get(r, 2 * h + u)), o = sigmoid(sums.get(r, 3 * h + u));
                double next = f * c.get(r, u) + i * g;
                double t = Math.tanh(next);
                assertNear(what + "i", gates.get(r, u), i);
                assertNear(what + "f", gates.get(r, h + u), f);
                assertNear(what + "g", gates.get(r, 2 * h + u), g);
                assertNear(what + "o", gates.get(r, 3 * h + u), o);
                assertThat((double) nextC.get(r, u)).as(what + "c").isCloseTo(next, within(1e-6));
                assertThat((double) nextH.get(r, u)).as(what + "h").isCloseTo(o * t, within(1e-6));

                double dNext = dcBefore.get(r, u) + dh.get(r, u) * o * (1 - t * t);
                double[] expected = {dNext * g * i * (1 - i), dNext * c.get(r, u) * f * (1 - f), dNext * i * (1 - g * g), dh.get(r, u) * t * o * (1 - o)};
                for (int k = 0; k < 4; k++) {
                    assertThat((double) dGates.get(r, k * h + u)).as(what + "gradient of gate " + k).isCloseTo(expected[k], within(2e-6));
                }
                assertThat((double) dc.get(r, u)).as(what + "gradient of c").isCloseTo(dNext * f, within(2e-6));
            }
        }
    }

    /** Within eight units in the last place, however small. */
    private static void assertNear(String what, float actual, double expected) {
        assertThat(Math.abs(actual - expected)).as("%s is %s, expected %s", what, actual, expected).isLessThanOrEqualTo(8 * Math.ulp((float) expected));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
