package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each differentiable operation: its result and its gradients against the same operation in double, over random shapes. */
class OperationGradientTest {
    private static final int TERMS = 400;

    /** An operation in double on flat arrays. */
    @FunctionalInterface
    private interface Oracle {
        double[] of(double[][] inputs);
    }

    /** Compares result and gradients of Σ op(inputs)·weights. */
    private static void check(String what, List<Tensor> inputs, Function<List<Tensor>, Tensor> operation, Oracle oracle) {
        inputs.forEach(Tensor::requireGrad);
        Tensor result = operation.apply(inputs);
        double[][] arguments = inputs.stream().map(Numbers::doubles).toArray(double[][]::new);
        assertClose(what + ": result", result, oracle.of(arguments), TERMS);
        Tensor weights = Tensor.uniform(new Generator(99), -1f, 1f, result.shape().sizes());
        double[] w = Numbers.doubles(weights);
        result.mul(weights).sum().backward();
        double[][] gradients = Differences.of(arguments, a -> {
            double[] values = oracle.of(a);
            return IntStream.range(0, w.length).mapToDouble(i -> w[i] * values[i]).sum();
        });
        for (int i = 0; i < gradients.length; i++) {
            assertClose(what + ": gradient " + i, inputs.get(i).grad(), gradients[i], TERMS);
        }
    }

    private static Tensor random(int seed, int... sizes) {
        return Tensor.uniform(new Generator(seed), -2f, 2f, sizes);
    }

    private static Oracle each(DoubleUnaryOperator f) {
        return a -> Arrays.stream(a[0]).map(f).toArray();
    }

    /** The second operand repeated over the leading dimensions of the first. */
    private static Oracle both(DoubleBinaryOperator f) {
        return a -> IntStream.range(0, a[0].length).mapToDouble(i -> f.applyAsDouble(a[0][i], a[1][i % a[1].length])).toArray();
    }

    private static Oracle lastDimension(int size, Function<double[], double[]> row) {
        return a -> IntStream.range(0, a[0].length / size).mapToObj(r -> row.apply(Arrays.copyOfRange(a[0], r * size, (r + 1) * size)))
                .flatMapToDouble(Arrays::stream).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void arithmetic(int seed) {
        Random sizes = new Random(seed);
        int b = 1 + sizes.nextInt(4), m = 1 + sizes.nextInt(5), n = 1 + sizes.nextInt(6);
        for (int[] other : new int[][] {{b, m, n}, {m, n}, {n}}) {
            String what = "seed " + seed + " [" + b + ", " + m + ", " + n + "] with " + Arrays.toString(other);
            List<Tensor> operands = List.of(random(seed, b, m, n), random(seed + 50, other).add(3f));
            check(what + " add", copies(operands), t -> t.get(0).add(t.get(1)), both((x, y) -> x + y));
            check(what + " sub", copies(operands), t -> t.get(0).sub(t.get(1)), both((x, y) -> x - y));
            check(what + " mul", copies(operands), t -> t.get(0).mul(t.get(1)), both((x, y) -> x * y));
            check(what + " div", copies(operands), t -> t.get(0).div(t.get(1)), both((x, y) -> x / y));
        }
        check("with a number", List.of(random(seed, m, n)), t -> t.get(0).add(1.5f).mul(3f).sub(0.25f).div(7f), each(x -> ((x + 1.5) * 3 - 0.25) / 7));
        check("an operand used twice", List.of(random(seed, m, n)), t -> t.get(0).mul(t.get(0)).add(t.get(0)), each(x -> x * x + x));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void arithmeticOfDifferentShapes(int seed) {
        Random random = new Random(seed);
        int[] sizes = random.ints(1 + random.nextInt(4), 1, 5).toArray();
        int[] one = partOf(sizes, random), other = partOf(sizes, random);
        int rank = Math.max(one.length, other.length);
        int[] whole = IntStream.range(0, rank).map(d -> Math.max(size(one, d - rank), size(other, d - rank))).toArray();
        String what = "seed " + seed + " " + Arrays.toString(one) + " with " + Arrays.toString(other);
        List<Tensor> operands = List.of(random(seed, one), random(seed + 50, other).add(3f));
        assertThat(operands.get(0).add(operands.get(1)).shape()).as(what).isEqualTo(Shape.of(whole));
        Function<DoubleBinaryOperator, Oracle> both = f -> a -> IntStream.range(0, Shape.of(whole).elements())
                .mapToDouble(i -> f.applyAsDouble(a[0][place(one, whole, i)], a[1][place(other, whole, i)])).toArray();
        check(what + " add", copies(operands), t -> t.get(0).add(t.get(1)), both.apply((x, y) -> x + y));
        check(what + " sub", copies(operands), t -> t.get(0).sub(t.get(1)), both.apply((x, y) -> x - y));
        check(what + " mul", copies(operands), t -> t.get(0).mul(t.get(1)), both.apply((x, y) -> x * y));
        check(what + " div", copies(operands), t -> t.get(0).div(t.get(1)), both.apply((x, y) -> x / y));
    }

    /** Sizes without some of the first, and with 1 in place of others. */
    private static int[] partOf(int[] sizes, Random random) {
        return IntStream.range(random.nextInt(sizes.length + 1), sizes.length).map(d -> random.nextBoolean() ? 1 : sizes[d]).toArray();
    }

    /** A size counted from the end; 1 where there is none. */
    private static int size(int[] sizes, int d) {
        return d < -sizes.length ? 1 : sizes[sizes.length + d];
    }

    /** Where element i of the whole is in what was repeated to it. */
    private static int place(int[] part, int[] whole, int i) {
        int place = 0, stride = 1;
        for (int d = -1; d >= -whole.length; i /= size(whole, d), d--) {
            place += i % size(whole, d) % size(part, d) * stride;
            stride *= size(part, d);
        }
        return place;
    }

    private static List<Tensor> copies(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::copy).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void activations(int seed) {
        check("sigmoid", List.of(random(seed, 3, 5)), t -> t.get(0).sigmoid(), each(x -> 1 / (1 + Math.exp(-x))));
        check("tanh", List.of(random(seed, 3, 5)), t -> t.get(0).tanh(), each(Math::tanh));
        check("relu", List.of(random(seed, 3, 5)), t -> t.get(0).relu(), each(x -> Math.max(x, 0)));
        check("exp", List.of(random(seed, 3, 5)), t -> t.get(0).exp(), each(Math::exp));
        check("log", List.of(random(seed, 3, 5).add(2.5f)), t -> t.get(0).log(), each(Math::log));
        check("sqrt", List.of(random(seed, 3, 5).add(2.5f)), t -> t.get(0).sqrt(), each(Math::sqrt));
        check("abs", List.of(random(seed, 3, 5)), t -> t.get(0).abs(), each(Math::abs));
        check("clamp", List.of(random(seed, 3, 5)), t -> t.get(0).clamp(-0.5f, 1f), each(x -> Math.clamp(x, -0.5, 1)));
        check("softmax", List.of(random(seed, 2, 3, 7)), t -> t.get(0).softmax(), lastDimension(7, OperationGradientTest::softmax));
        check("logSoftmax", List.of(random(seed, 4, 9)), t -> t.get(0).logSoftmax(), lastDimension(9, r -> Arrays.stream(softmax(r)).map(Math::log).toArray()));
    }

    private static double[] softmax(double[] row) {
        double sum = Arrays.stream(row).map(Math::exp).sum();
        return Arrays.stream(row).map(x -> Math.exp(x) / sum).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void products(int seed) {
        Random sizes = new Random(seed);
        int b = 1 + sizes.nextInt(3), m = 1 + sizes.nextInt(9), k = 1 + sizes.nextInt(20), n = 1 + sizes.nextInt(18);
        Oracle matmul = a -> product(a[0], a[1], b * m, k, n);
        check("matmul " + b + " " + m + " " + k + " " + n, List.of(random(seed, b, m, k), random(seed + 1, k, n)), t -> t.get(0).matmul(t.get(1)), matmul);
        Linear linear = new Linear(k, n, new Generator(seed));
        Tensor weight = linear.namedParameters().get("weight"), bias = linear.namedParameters().get("bias");
        check("Linear", List.of(random(seed, b, m, k), weight, bias), t -> linear.forward(t.get(0)), a -> {
            double[] transposed = new double[k * n];
            for (int i = 0; i < n * k; i++) {
                transposed[i % k * n + i / k] = a[1][i];
            }
            double[] y = product(a[0], transposed, b * m, k, n);
            return IntStream.range(0, y.length).mapToDouble(i -> y[i] + a[2][i % n]).toArray();
        });
    }

    private static double[] product(double[] a, double[] b, int m, int k, int n) {
        double[] c = new double[m * n];
        for (int i = 0; i < m * n; i++) {
            for (int t = 0; t < k; t++) {
                c[i] += a[i / n * k + t] * b[t * n + i % n];
            }
        }
        return c;
    }

    @Test
    void sumsAndExtremes() {
        check("sum", List.of(random(1, 3, 4)), t -> t.get(0).sum(), a -> new double[] {Arrays.stream(a[0]).sum()});
        check("mean", List.of(random(1, 3, 4)), t -> t.get(0).mean(), a -> new double[] {Arrays.stream(a[0]).sum() / 12});
        check("sum of many", List.of(random(1, 5000)), t -> t.get(0).sum().mul(0.001f), a -> new double[] {Arrays.stream(a[0]).sum() * 0.001});
        for (int d = -3; d < 3; d++) {
            int dimension = Math.floorMod(d, 3);
            int axis = d;
            int[] sizes = {2, 3, 4};
            int inner = new int[] {12, 4, 1}[dimension], size = sizes[dimension];
            check("sum along " + d, List.of(random(2, sizes)), t -> t.get(0).sum(axis), a -> {
                double[] s = new double[24 / size];
                for (int i = 0; i < 24; i++) {
                    s[i / (inner * size) * inner + i % inner] += a[0][i];
                }
                return s;
            });
            check("max along " + d, List.of(random(4, sizes)), t -> t.get(0).max(axis), extremes(inner, size, 1));
            check("min along " + d, List.of(random(5, sizes)), t -> t.get(0).min(axis), extremes(inner, size, -1));
        }
        check("mean along 1", List.of(random(3, 2, 5)), t -> t.get(0).mean(1), lastDimension(5, r -> new double[] {Arrays.stream(r).sum() / 5}));
    }

    private static Oracle extremes(int inner, int size, int sign) {
        return a -> {
            double[] most = new double[a[0].length / size];
            Arrays.fill(most, sign * Double.NEGATIVE_INFINITY);
            for (int i = 0; i < a[0].length; i++) {
                int line = i / (inner * size) * inner + i % inner;
                most[line] = sign * Math.max(sign * most[line], sign * a[0][i]);
            }
            return most;
        };
    }

    @Test
    void aMaximumAddsItsGradientToWhatCameBefore() {
        Tensor x = Tensor.of(new float[][] {{1, 5, 5}, {4, 2, 3}}).requireGrad();
        x.max(1).sum().add(x.min(0).sum()).add(x.sum()).backward();
        assertThat(x.grad().toArray()).containsExactly(2, 2, 1, 2, 2, 2);
    }

    @Test
    void rearrangements() {
        check("view", List.of(random(1, 3, 4)), t -> t.get(0).view(2, -1).mul(2f), each(x -> 2 * x));
        check("unsqueeze and squeeze", List.of(random(1, 3, 1, 2)), t -> t.get(0).unsqueeze(-1).squeeze(1).squeeze(1).mul(2f), each(x -> 2 * x));
        check("narrow along 0", List.of(random(1, 5, 3)), t -> t.get(0).narrow(0, 1, 2), a -> Arrays.copyOfRange(a[0], 3, 9));
        check("narrow along 1", List.of(random(1, 2, 5)), t -> t.get(0).narrow(1, 2, 2), a -> new double[] {a[0][2], a[0][3], a[0][7], a[0][8]});
        check("select", List.of(random(1, 3, 2)), t -> t.get(0).select(1, -1), a -> new double[] {a[0][1], a[0][3], a[0][5]});
        check("transpose", List.of(random(1, 2, 3)), t -> t.get(0).transpose(0, 1), a -> new double[] {a[0][0], a[0][3], a[0][1], a[0][4], a[0][2], a[0][5]});
        check("transpose outer and inner", List.of(random(1, 2, 3, 2)), t -> t.get(0).transpose(0, 2),
                a -> IntStream.range(0, 12).mapToDouble(i -> a[0][i % 2 * 6 + i / 2 % 3 * 2 + i / 6]).toArray());
        check("cat along 1", List.of(random(1, 2, 2), random(2, 2, 1)), t -> Tensor.cat(t, 1),
                a -> new double[] {a[0][0], a[0][1], a[1][0], a[0][2], a[0][3], a[1][1]});
        check("stack along 1", List.of(random(1, 2), random(2, 2)), t -> Tensor.stack(t, 1), a -> new double[] {a[0][0], a[1][0], a[0][1], a[1][1]});
        check("rows, some twice", List.of(random(1, 4, 2)), t -> t.get(0).rows(new int[] {3, -1, 0, 3}, 7f),
                a -> new double[] {a[0][6], a[0][7], 7, 7, a[0][0], a[0][1], a[0][6], a[0][7]});
        check("copy", List.of(random(1, 4)), t -> t.get(0).copy(), a -> a[0]);
    }

    @Test
    void packingAndPadding() {
        List<Tensor> sequences = List.of(random(1, 1, 2), random(2, 3, 2), random(3, 2, 2));
        Oracle packed = a -> new double[] {a[1][0], a[1][1], a[2][0], a[2][1], a[0][0], a[0][1], a[1][2], a[1][3], a[2][2], a[2][3], a[1][4], a[1][5]};
        check("pack", copies(sequences), t -> PackedSequence.pack(t).data(), packed);
        check("pack and pad", copies(sequences), t -> PackedSequence.pack(t).pad(Layout.BATCH_FIRST, 0.5f, 4).data(), a -> {
            double[] all = new double[24];
            Arrays.fill(all, 0.5);
            for (int i = 0; i < 3; i++) {
                System.arraycopy(a[i], 0, all, 8 * i, a[i].length);
            }
            return all;
        });
        check("padded positions have no gradient", List.of(random(4, 3, 2, 1)), t -> PackedSequence.packPadded(t.get(0), Layout.SEQUENCE_FIRST, 1, 3).data(),
                a -> new double[] {a[0][1], a[0][0], a[0][3], a[0][5]});
        check("unpack", List.of(random(5, 4, 1)), t -> {
            List<Tensor> back = new PackedSequence(t.get(0), Packing.of(1, 3)).unpack();
            return Tensor.cat(back.reversed(), 0);
        }, a -> new double[] {a[0][0], a[0][2], a[0][3], a[0][1]});
    }

    @Test
    @Cites("V10")
    void embeddings() {
        Embedding embedding = new Embedding(4, 2, OptionalInt.of(2), new Generator(1));
        Tensor weight = embedding.parameters().getFirst();
        assertThat(weight.select(0, 2).toArray()).containsExactly(0f, 0f);
        weight.detach().select(0, 2).fill(5f); // a padding vector may be set; it is used, and not trained
        Tensor vectors = embedding.forward(3, 2, 3, 0);
        assertThat(vectors.select(0, 1).toArray()).containsExactly(5f, 5f);
        vectors.mul(Tensor.of(new float[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}})).sum().backward();
        assertThat(weight.grad().toArray()).containsExactly(7, 8, 0, 0, 0, 0, 6, 8);
        Embedding plain = new Embedding(4, 2, new Generator(1));
        check("Embedding", plain.parameters(), t -> plain.forward(1, 1, 0), a -> new double[] {a[0][2], a[0][3], a[0][2], a[0][3], a[0][0], a[0][1]});
    }

    @Test
    void losses() {
        int[] targets = {0, 2, -100, 1};
        check("CrossEntropy", List.of(random(1, 4, 3)), t -> new CrossEntropy().of(t.get(0), targets), a -> {
            double loss = 0;
            for (int r : new int[] {0, 1, 3}) {
                loss -= Math.log(softmax(Arrays.copyOfRange(a[0], 3 * r, 3 * r + 3))[targets[r]]) / 3;
            }
            return new double[] {loss};
        });
        check("MSE", List.of(random(1, 2, 3), random(2, 2, 3)), t -> new MSE().of(t.get(0), t.get(1)),
                a -> new double[] {IntStream.range(0, 6).mapToDouble(i -> (a[0][i] - a[1][i]) * (a[0][i] - a[1][i])).sum() / 6});
    }

    @Test
    void dropoutDropsAndScalesInTrainingAndDoesNothingInUse() {
        Dropout dropout = new Dropout(0.25, new Generator(3));
        Tensor x = Tensor.ones(100, 100).requireGrad();
        Tensor y = dropout.forward(x);
        float kept = 1f / 0.75f;
        for (float value : y.toArray()) {
            assertThat(value).isIn(0f, kept);
        }
        assertThat(y.equalTo(Tensor.zeros(100, 100)).count()).isBetween(2300, 2700);
        y.sum().backward();
        assertThat(x.grad().equalTo(y).all()).as("the gradient is the mask").isTrue();
        assertThat(dropout.forward(x).equalTo(y).all()).as("a new mask each time").isFalse();
        dropout.eval();
        assertThat(dropout.forward(x)).isSameAs(x);
        assertThat(new Dropout(1).forward(Tensor.ones(3)).toArray()).containsOnly(0f);
    }

    @Test
    void aGradientHasTheShapeOfItsTensorEvenWithoutElements() {
        Tensor x = Tensor.zeros(0, 3).requireGrad();
        x.mul(x).sum().backward();
        assertThat(x.grad().shape()).isEqualTo(Shape.of(0, 3));
    }
}
