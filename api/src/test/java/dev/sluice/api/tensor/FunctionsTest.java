package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What functions and operands of different shapes give, to the bit; their gradients are in core's OperationGradientTest. */
class FunctionsTest {
    private static void assertNearest(String what, UnaryOperator<Tensor> function, DoubleUnaryOperator exact) {
        int[] bits = new Random(1).ints(50_000).toArray();
        Tensor x = Tensor.zeros(bits.length);
        x.write(m -> IntStream.range(0, bits.length).forEach(i -> m.set(0, i, Float.intBitsToFloat(bits[i]))));
        float[] given = x.toArray(), got = function.apply(x).toArray();
        for (int i = 0; i < got.length; i++) {
            double wanted = exact.applyAsDouble(given[i]);
            if (Float.compare(got[i], (float) wanted) != 0 && !(Math.abs(got[i] - wanted) <= 0.5000001 * Math.ulp((float) wanted))) {
                throw new AssertionError(what + " of " + given[i] + " is " + got[i] + ", expected " + wanted);
            }
        }
    }

    /** Of numbers with random bits: NaN, denormal ones and those whose exponential is none or infinite among them. */
    @Test
    void functionsGiveTheNearestFloat() {
        assertNearest("exp", Tensor::exp, Math::exp);
        assertNearest("log", Tensor::log, Math::log);
        assertNearest("sqrt", Tensor::sqrt, Math::sqrt);
        assertNearest("abs", Tensor::abs, Math::abs);
    }

    @Test
    void whatAGradientNeedsIsNotWritten() {
        Tensor x = Tensor.of(1, 2).requireGrad();
        Tensor loss = x.log().sum();
        x.fill(3f);
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class).hasMessageStartingWith("backward: a tensor of shape [2] that Log needs was written after");
    }

    /** The same as with operands that were repeated by hand; the gradient's sums in double, in row-major order. */
    @Test
    void operandsOfDifferentShapesAreRepeated() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            int n = random.nextInt(5), m = 1 + random.nextInt(40);
            Tensor column = Tensor.randn(new Generator(round), n, 1).requireGrad(), row = Tensor.randn(new Generator(round + 1000), 1, m).requireGrad();
            float[][] columns = new float[n][m], rows = new float[n][m];
            for (int r = 0; r < n; r++) {
                for (int c = 0; c < m; c++) {
                    columns[r][c] = column.get(r, 0);
                    rows[r][c] = row.get(0, c);
                }
            }
            Tensor a = Tensor.of(columns).view(n, m), b = Tensor.of(rows).view(n, m);
            Tensor weights = Tensor.randn(new Generator(round + 2000), n, m);
            String what = "round " + round + ", [" + n + ", 1] and [1, " + m + "]";
            BinaryOperator<Tensor> operation = round % 2 == 0 ? Tensor::sub : Tensor::div;
            Tensor result = operation.apply(column, row);
            assertThat(result.toRows()).as(what).isDeepEqualTo(operation.apply(a, b).toRows());
            a.requireGrad();
            operation.apply(a, b).backward(weights, Graph.RELEASE);
            result.backward(weights, Graph.RELEASE);
            for (int r = 0; r < n; r++) {
                double sum = 0;
                for (int c = 0; c < m; c++) {
                    sum += a.grad().get(r, c);
                }
                assertThat(column.grad().get(r, 0)).as(what).isEqualTo((float) sum);
            }
        }
    }

    @Test
    void extremesAreTheFirstOfTheirLine() {
        Random random = new Random(5);
        float[] few = {Float.NaN, Float.NEGATIVE_INFINITY, -1, -0f, 0, 2, 2, Float.POSITIVE_INFINITY};
        for (int round = 0; round < 200; round++) {
            int a = 1 + random.nextInt(3), b = 1 + random.nextInt(6), c = 1 + random.nextInt(3), least = random.nextInt(few.length);
            Tensor x = Tensor.zeros(a, b, c);
            x.write(m -> IntStream.range(0, a * b * c).forEach(i -> m.set(i / c, i % c, few[least + random.nextInt(few.length - least)])));
            float[][] lines = x.transpose(1, 2).view(a * c, b).toRows();
            float[] max = x.max(1).toArray(), min = x.min(-2).mul(-1f).toArray(), negated = x.mul(-1f).max(1).toArray();
            for (int line = 0; line < lines.length; line++) {
                assertThat(Float.floatToIntBits(max[line])).as("round %s, line %s of %s", round, line, x)
                        .isEqualTo(Float.floatToIntBits(lines[line][first(lines[line])]));
            }
            assertThat(min).as("round " + round).isEqualTo(negated);
        }
    }

    /** The first NaN, else the first that no other is above. */
    private static int first(float[] line) {
        return IntStream.range(0, line.length).filter(i -> Float.isNaN(line[i])).findFirst()
                .orElseGet(() -> IntStream.range(0, line.length).filter(i -> IntStream.range(0, line.length).allMatch(k -> line[i] >= line[k])).findFirst().orElseThrow());
    }
}
