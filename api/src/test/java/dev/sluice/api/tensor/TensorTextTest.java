package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tensors print as PyTorch 2.13 prints them. */
class TensorTextTest {
    @Test
    void wholeNumbers() {
        assertThat(Tensor.of(new float[][] {{1, 2}, {3, 4}})).hasToString("tensor([[1., 2.],\n        [3., 4.]])");
        assertThat(Tensor.zeros(2)).hasToString("tensor([0., 0.])");
        assertThat(Tensor.arange(24).view(2, 3, 4)).hasToString("""
                tensor([[[ 0.,  1.,  2.,  3.],
                         [ 4.,  5.,  6.,  7.],
                         [ 8.,  9., 10., 11.]],

                        [[12., 13., 14., 15.],
                         [16., 17., 18., 19.],
                         [20., 21., 22., 23.]]])""");
    }

    @Test
    void decimals() {
        assertThat(Tensor.scalar(3.5f)).hasToString("tensor(3.5000)");
        assertThat(Tensor.arange(30).div(7)).hasToString("""
                tensor([0.0000, 0.1429, 0.2857, 0.4286, 0.5714, 0.7143, 0.8571, 1.0000, 1.1429,
                        1.2857, 1.4286, 1.5714, 1.7143, 1.8571, 2.0000, 2.1429, 2.2857, 2.4286,
                        2.5714, 2.7143, 2.8571, 3.0000, 3.1429, 3.2857, 3.4286, 3.5714, 3.7143,
                        3.8571, 4.0000, 4.1429])""");
    }

    @Test
    void powersOfTenWhereNumbersLieFarApart() {
        assertThat(Tensor.of(1.5f, -2.25f, 1e-5f)).hasToString("tensor([ 1.5000e+00, -2.2500e+00,  1.0000e-05])");
        assertThat(Tensor.of(1e9f, 1)).hasToString("tensor([1.0000e+09, 1.0000e+00])");
        assertThat(Tensor.of(123456.789f, 0.5f)).hasToString("tensor([1.2346e+05, 5.0000e-01])");
    }

    @Test
    void notANumberAndInfinity() {
        assertThat(Tensor.of(Float.NaN, Float.POSITIVE_INFINITY, 1)).hasToString("tensor([nan, inf, 1.])");
        assertThat(Tensor.of(Float.NaN, 1.5f, Float.NEGATIVE_INFINITY)).hasToString("tensor([   nan, 1.5000,   -inf])");
    }

    @Test
    void largeTensorsAreShortened() {
        assertThat(Tensor.arange(1200).div(3)).hasToString("""
                tensor([0.0000e+00, 3.3333e-01, 6.6667e-01,  ..., 3.9900e+02, 3.9933e+02,
                        3.9967e+02])""");
        assertThat(Tensor.arange(2000).view(50, 40)).hasToString("""
                tensor([[0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 3.7000e+01, 3.8000e+01,
                         3.9000e+01],
                        [4.0000e+01, 4.1000e+01, 4.2000e+01,  ..., 7.7000e+01, 7.8000e+01,
                         7.9000e+01],
                        [8.0000e+01, 8.1000e+01, 8.2000e+01,  ..., 1.1700e+02, 1.1800e+02,
                         1.1900e+02],
                        ...,
                        [1.8800e+03, 1.8810e+03, 1.8820e+03,  ..., 1.9170e+03, 1.9180e+03,
                         1.9190e+03],
                        [1.9200e+03, 1.9210e+03, 1.9220e+03,  ..., 1.9570e+03, 1.9580e+03,
                         1.9590e+03],
                        [1.9600e+03, 1.9610e+03, 1.9620e+03,  ..., 1.9970e+03, 1.9980e+03,
                         1.9990e+03]])""");
    }

    @Test
    void nothingAtAll() {
        assertThat(Tensor.zeros(0)).hasToString("tensor([])");
        assertThat(Tensor.zeros(0, 3)).hasToString("tensor([], size=(0, 3))");
    }

    @Test
    void masks() {
        assertThat(Tensor.of(1, 2).equalTo(Tensor.of(1, 3))).hasToString("tensor([ True, False])");
    }

    @Test
    void whereGradientsComeFrom() {
        Tensor x = Tensor.of(new float[][] {{1.5f}}).requireGrad();
        assertThat(x).hasToString("tensor([[1.5000]], requires_grad=True)");
        assertThat(x.mul(2f)).hasToString("tensor([[3.]], grad_fn=<Mul>)");
    }
}
