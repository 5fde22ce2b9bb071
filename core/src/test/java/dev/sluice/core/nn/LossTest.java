package dev.sluice.core.nn;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.Differences;
import dev.sluice.core.Numbers;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What losses have in common, and what they do at the edges. */
class LossTest {
    static List<ElementLoss<?>> elementLosses() {
        return List.of(new MSE(), new L1(), new Huber(), new Huber(0.3), new BCEWithLogits());
    }

    private static void rejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @ParameterizedTest
    @MethodSource("elementLosses")
    void theSumIsOfTheLossesOfAllElementsAndTheMeanIsThatDividedByTheirNumber(ElementLoss<?> loss) {
        Tensor prediction = random(new Generator(1), 3, 2, 5), target = Tensor.rand(new Generator(2), 3, 2, 5);
        Tensor each = loss.reduction(Reduction.NONE).of(prediction, target);
        assertThat(each.shape()).isEqualTo(prediction.shape());
        assertSameBits("sum", loss.reduction(Reduction.SUM).of(prediction, target), each.sum());
        assertSameBits("mean", loss.of(prediction, target), each.mean());
    }

    @ParameterizedTest
    @MethodSource("elementLosses")
    void withoutElementsOnlyAMeanIsRefused(ElementLoss<?> loss) {
        String name = loss.getClass().getSimpleName();
        Tensor nothing = Tensor.zeros(0, 3).requireGrad();
        rejected(() -> loss.of(nothing, Tensor.zeros(0, 3)), name + ": the prediction is [0, 3], without elements; at least one is required; zeroIfNoneCounts() gives a loss of 0 instead");
        assertThat(loss.zeroIfNoneCounts().of(nothing, Tensor.zeros(0, 3)).item()).isZero();
        assertThat(loss.reduction(Reduction.SUM).of(nothing, Tensor.zeros(0, 3)).item()).isZero();
        Tensor each = loss.reduction(Reduction.NONE).of(nothing, Tensor.zeros(0, 3));
        assertThat(each.shape()).isEqualTo(nothing.shape());
        each.sum().backward();
        assertThat(nothing.grad().shape()).isEqualTo(nothing.shape());
        rejected(() -> loss.of(Tensor.zeros(2, 1), Tensor.zeros(2)), name + ": the prediction is [2, 1], the target [2]; they must be of one shape");
    }

    @Test
    void whatCannotBeSet() {
        for (double delta : new double[] {0, -1, Double.NaN}) {
            rejected(() -> new Huber(delta), "Huber: delta " + delta + "; a positive number is required");
        }
        for (double part : new double[] {-0.1, 1.1, Double.NaN}) {
            rejected(() -> new CrossEntropy().labelSmoothing(part), "CrossEntropy: label smoothing " + part + "; a number from 0 to 1 is required");
        }
        for (float weight : new float[] {-2, Float.NaN, Float.POSITIVE_INFINITY}) {
            rejected(() -> new CrossEntropy().classWeights(1, weight), "CrossEntropy: the weight of class 1 is " + weight + "; a finite number of 0 or more is required");
        }
        rejected(() -> new CrossEntropy().classWeights(1, 2).of(Tensor.zeros(4, 3), new int[4]), "CrossEntropy: logits are [4, 3] for 2 class weights; one for each class (3) is required");
        for (float target : new float[] {-1, 1.5f, Float.NaN}) {
            rejected(() -> new BCEWithLogits().of(Tensor.zeros(2, 2), Tensor.of(new float[][] {{0, 1}, {target, 0.5f}})),
                    "BCEWithLogits: target " + target + " at position 2 of [2, 2]; numbers from 0 to 1 are required");
        }
    }

    @Test
    void printsOnlyWhatIsNotDefault() {
        assertThat(new CrossEntropy()).hasToString("CrossEntropy()");
        assertThat(new CrossEntropy(0).labelSmoothing(0.1)).hasToString("CrossEntropy(ignored=0, labelSmoothing=0.1)");
        assertThat(new CrossEntropy().classWeights(1, 2.5f).reduction(Reduction.SUM).zeroIfNoneCounts()).hasToString("CrossEntropy(classWeights=[1.0, 2.5], reduction=SUM, zeroIfNoneCounts=true)");
        assertThat(new MSE()).hasToString("MSE()");
        assertThat(new Huber(2).reduction(Reduction.NONE).zeroIfNoneCounts()).hasToString("Huber(delta=2.0, reduction=NONE, zeroIfNoneCounts=true)");
        assertThat(new BCEWithLogits().reduction(Reduction.SUM)).hasToString("BCEWithLogits(reduction=SUM)");
        assertThat(new L1().reduction(Reduction.SUM).reduction(Reduction.MEAN)).hasToString("L1()");
    }

    @Test
    void aSettingLeavesTheLossItWasAskedOfAsItWas() {
        float[] weights = {1, 2, 3};
        CrossEntropy plain = new CrossEntropy(), weighted = plain.classWeights(weights).labelSmoothing(0.2);
        weights[0] = 99;
        assertThat(plain).hasToString("CrossEntropy()");
        assertThat(weighted).hasToString("CrossEntropy(classWeights=[1.0, 2.0, 3.0], labelSmoothing=0.2)");
    }

    @Test
    void ofNoWeightIsOfNoCount() {
        Tensor logits = random(new Generator(1), 2, 3).requireGrad();
        CrossEntropy loss = new CrossEntropy().classWeights(1, 0, 2).labelSmoothing(0.1);
        rejected(() -> loss.of(logits, new int[] {1, -100}),
                "CrossEntropy: none of the 2 targets counts; at least one that is not -100, of a class with a weight, is required; zeroIfNoneCounts() gives a loss of 0 instead");
        Tensor zero = loss.zeroIfNoneCounts().of(logits, new int[] {1, -100});
        zero.backward();
        assertThat(zero.item()).isZero();
        assertThat(logits.grad().equalTo(Tensor.zeros(2, 3)).all()).isTrue();
        assertThat(loss.reduction(Reduction.NONE).of(logits, new int[] {-100, -100}).toArray()).containsExactly(0f, 0f);
        assertThat(loss.reduction(Reduction.SUM).of(Tensor.zeros(0, 3), new int[0]).item()).isZero();
    }

    @Test
    void aClassThatIsImpossibleCostsNothingUnlessItHasAShare() {
        Tensor logits = Tensor.of(new float[][] {{1, 2, Float.NEGATIVE_INFINITY}});
        assertThat(new CrossEntropy().of(logits, new int[] {1}).item()).isCloseTo((float) Math.log(1 + Math.exp(-1)), within(1e-6f));
        assertThat(new CrossEntropy().labelSmoothing(0.1).classWeights(1, 1, 0).of(logits, new int[] {1}).item()).isFinite();
        assertThat(new CrossEntropy().labelSmoothing(0.1).of(logits, new int[] {1}).item()).isEqualTo(Float.POSITIVE_INFINITY);
    }

    @Test
    void largeLogitsKeepTheirDigits() {
        Tensor logits = Tensor.of(-200, -30, -1e-6f, 0, 30, 200).requireGrad();
        Tensor losses = new BCEWithLogits().reduction(Reduction.NONE).of(logits, Tensor.of(0, 0, 0, 0, 1, 1));
        losses.sum().backward();
        double[] x = Numbers.doubles(logits);
        double[] expected = IntStream.range(0, 6).mapToDouble(i -> Math.log1p(Math.exp(i < 4 ? x[i] : -x[i]))).toArray();
        double[] slopes = IntStream.range(0, 6).mapToDouble(i -> i < 4 ? 1 / (1 + Math.exp(-x[i])) : -1 / (1 + Math.exp(x[i]))).toArray();
        for (int i = 0; i < 6; i++) {
            assertThat((double) losses.get(i)).isCloseTo(expected[i], within(Math.ulp((float) expected[i]) * 1.0));
            assertThat((double) logits.grad().get(i)).isCloseTo(slopes[i], within(Math.ulp((float) slopes[i]) * 1.0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void crossEntropyIsThatOfItsEquationWithItsGradient(int seed) {
        Random sizes = new Random(seed);
        int rows = 1 + sizes.nextInt(9), classes = 1 + sizes.nextInt(12);
        int[] targets = sizes.ints(rows, -1, classes).toArray();
        targets[0] = 0;
        float[] weights = new float[classes];
        IntStream.range(0, classes).forEach(c -> weights[c] = 0.1f + sizes.nextFloat());
        double smoothing = sizes.nextDouble();
        Tensor logits = Tensor.uniform(new Generator(seed), -4f, 4f, rows, classes).requireGrad();
        double[][] arguments = {Numbers.doubles(logits)};
        Tensor loss = new CrossEntropy(-1).classWeights(weights).labelSmoothing(smoothing).of(logits, targets);
        loss.backward();
        String what = "seed " + seed;
        assertThat((double) loss.item()).as(what).isCloseTo(crossEntropy(arguments[0], targets, weights, smoothing), within(1e-5));
        assertClose(what, logits.grad(), Differences.of(arguments, a -> crossEntropy(a[0], targets, weights, smoothing))[0], 400);
    }

    private static double crossEntropy(double[] logits, int[] targets, float[] weights, double smoothing) {
        int classes = weights.length;
        double sum = 0, divisor = 0;
        for (int r = 0; r < targets.length; r++) {
            int start = r * classes;
            double log = Math.log(IntStream.range(0, classes).mapToDouble(c -> Math.exp(logits[start + c])).sum());
            for (int c = 0; c < classes && targets[r] >= 0; c++) {
                double share = weights[c] * (smoothing / classes + (c == targets[r] ? 1 - smoothing : 0));
                sum += share * (log - logits[start + c]);
            }
            divisor += targets[r] >= 0 ? weights[targets[r]] : 0;
        }
        return sum / divisor;
    }
}
