package dev.sluice.api.tensor;

import static java.lang.Float.NEGATIVE_INFINITY;
import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** NaN, infinities, −0 and nothing at all, as PyTorch 2.13 treats them; {@code n} stands for nan and {@code i} for inf in its calls. */
class SpecialNumbersTest {
    private static final float I = POSITIVE_INFINITY;
    private static final float[] ALL = {NaN, I, -I, -0f, 0f, 1f, -1f};

    private static void assertBits(Tensor actual, float... expected) {
        int[] bits = new int[expected.length];
        int[] actualBits = new int[expected.length];
        float[] values = actual.toArray();
        assertThat(values).hasSameSizeAs(expected);
        for (int k = 0; k < bits.length; k++) {
            bits[k] = Float.floatToIntBits(expected[k]);
            actualBits[k] = Float.floatToIntBits(values[k]);
        }
        assertThat(actualBits).as("%s", actual).isEqualTo(bits);
    }

    /** torch.tensor(row).argmax() */
    @Test
    void argmaxTakesNaNForTheLargestAndTheFirstOfEquals() {
        assertThat(Tensor.of(new float[][] {{NaN, 1, 2}, {1, NaN, NaN}, {1, NaN, I}, {I, I, NaN}, {-0f, 0f, -0f}, {-I, -I, -I}, {-I, 1, 1}}).argmax()).containsExactly(0, 1, 1, 2, 0, 0, 1);
        assertThat(Tensor.zeros(0, 3).argmax()).isEmpty();
    }

    /** y = torch.relu(torch.tensor([n, i, -i, -0., 0, 1, -1])); y.backward(torch.tensor([1., 1, -1, -1, -1, 1, i])) */
    @Test
    void reluKeepsNaNAndItsGradientIsZeroWhateverArrivesBelow() {
        Tensor x = Tensor.of(ALL).requireGrad();
        Tensor y = x.relu();
        assertBits(y, NaN, I, 0f, -0f, 0f, 1f, 0f);
        y.backward(Tensor.of(1, 1, -1, -1, -1, 1, I), Graph.RELEASE);
        assertBits(x.grad(), 1, 1, 0, 0, 0, 1, 0);
    }

    /** torch.tanh, torch.sigmoid of the same; sigmoid(-inf) is 0 there. */
    @Test
    void tanhAndSigmoidPassNaNAndSaturate() {
        Tensor x = Tensor.of(ALL).requireGrad();
        assertBits(x.tanh(), NaN, 1f, -1f, -0f, 0f, 0.7615942f, -0.7615942f);
        Tensor y = x.sigmoid();
        assertThat(y.toArray()).containsExactly(NaN, 1f, 1.8048513E-35f, 0.5f, 0.5f, 0.7310586f, 0.26894143f);
        y.sum().backward();
        assertThat(x.grad().toArray()[0]).isNaN();
        assertThat(x.grad().toArray()[1]).isZero();
    }

    /** torch.tensor(row).softmax(-1), .log_softmax(-1) */
    @Test
    void softmaxIsNaNInTheRowsThatHoldNaNOrInfinity() {
        for (float[] row : List.of(new float[] {NaN, 1}, new float[] {1, NaN}, new float[] {I, 1}, new float[] {I, I}, new float[] {-I, -I}, new float[] {I, NaN})) {
            Tensor x = Tensor.of(new float[][] {row, {0, 0}});
            assertThat(x.softmax().toArray()).containsExactly(NaN, NaN, 0.5f, 0.5f);
            assertThat(x.logSoftmax().toArray()).containsExactly(NaN, NaN, -0.6931472f, -0.6931472f);
        }
        assertThat(Tensor.of(new float[][] {{NEGATIVE_INFINITY, 1}}).softmax().toArray()).containsExactly(0f, 1f);
        assertThat(Tensor.of(new float[][] {{NEGATIVE_INFINITY, 1}}).logSoftmax().toArray()).containsExactly(NEGATIVE_INFINITY, 0f);
    }

    /** a = torch.tensor([n, i, -0., 1.]); b = torch.tensor([n, i, 0., 0.]) */
    @Test
    void arithmeticAndComparisonAreThoseOfFloats() {
        Tensor a = Tensor.of(NaN, I, -0f, 1f), b = Tensor.of(NaN, I, 0f, 0f);
        assertThat(a.equalTo(b).toArray()).containsExactly(false, true, true, false);
        assertBits(a.add(b), NaN, I, 0f, 1f);
        assertBits(a.sub(b), NaN, NaN, -0f, 1f);
        assertBits(a.mul(b), NaN, I, -0f, 0f);
        assertBits(a.div(b), NaN, NaN, NaN, I);
        assertBits(a.div(0f), NaN, I, NaN, I);
        assertBits(a.mul(0f), NaN, NaN, -0f, 0f);
    }

    /** a = torch.tensor([0., 1.]); b = torch.tensor([0., 0.]); (a / b).sum().backward() */
    @Test
    void theGradientOfADivisionByZero() {
        Tensor a = Tensor.of(0, 1).requireGrad(), b = Tensor.of(0, 0).requireGrad();
        a.div(b).sum().backward();
        assertBits(a.grad(), I, I);
        assertBits(b.grad(), NaN, -I);
    }

    /** torch.zeros(0).sum(), .mean(), torch.zeros(0, 3).sum(0), .mean(0), torch.zeros(2, 0).sum(1), .softmax(-1) */
    @Test
    void sumsOfNothingAreZeroAndMeansNaN() {
        assertBits(Tensor.zeros(0).sum(), 0f);
        assertBits(Tensor.zeros(0).mean(), NaN);
        assertBits(Tensor.zeros(0, 3).sum(0), 0f, 0f, 0f);
        assertBits(Tensor.zeros(0, 3).mean(0), NaN, NaN, NaN);
        assertBits(Tensor.zeros(2, 0).sum(1), 0f, 0f);
        assertThat(Tensor.zeros(2, 0).softmax().shape()).isEqualTo(Shape.of(2, 0));
        assertThat(Tensor.zeros(0, 3).logSoftmax().shape()).isEqualTo(Shape.of(0, 3));
    }
}
