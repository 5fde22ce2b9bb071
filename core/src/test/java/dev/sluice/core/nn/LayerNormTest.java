package dev.sluice.core.nn;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.Differences;
import dev.sluice.core.Numbers;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerNormTest {
    private static List<Tensor> all(LayerNorm norm, Tensor x) {
        return List.of(x, norm.namedParameters().get("weight"), norm.namedParameters().get("bias"));
    }

    @Test
    void outputAndGradientsAreThoseOfPyTorch() throws IOException {
        for (JsonNode expected : new ObjectMapper().readTree(Numbers.class.getResourceAsStream("pytorch/nn.json")).get("layerNorm")) {
            int[] sizes = StreamSupport.stream(expected.get("sizes").spliterator(), false).mapToInt(JsonNode::asInt).toArray();
            int size = sizes[sizes.length - 1];
            LayerNorm norm = new LayerNorm(size, expected.get("eps").asDouble());
            norm.load(Map.of("weight", fixture(2, size), "bias", fixture(3, size)));
            Tensor x = fixture(1, sizes).mul(4f).requireGrad();
            Tensor y = norm.forward(x);
            assertClose(norm.toString(), y, doubles(expected.get("output")), 4);
            y.mul(fixture(4, sizes)).sum().backward();
            for (int i = 0; i < 3; i++) {
                assertClose(norm + ", gradient " + i, all(norm, x).get(i).grad(), doubles(expected.get("gradients").get(i)), 4 * size);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void isItsEquationWithItsGradients(int seed) {
        Random sizes = new Random(seed);
        int rows = 1 + sizes.nextInt(5), size = 2 + sizes.nextInt(9);
        double eps = 0.01;
        LayerNorm norm = new LayerNorm(size, eps);
        norm.load(Map.of("weight", random(new Generator(seed), size), "bias", random(new Generator(seed + 1), size)));
        Tensor x = Tensor.uniform(new Generator(seed + 2), -2f, 2f, rows, 1, size).requireGrad(), weights = random(new Generator(seed + 3), rows, 1, size);
        double[][] arguments = all(norm, x).stream().map(Numbers::doubles).toArray(double[][]::new);
        Tensor y = norm.forward(x);
        assertThat(y.shape()).isEqualTo(Shape.of(rows, 1, size));
        assertClose("seed " + seed, y, normal(arguments, eps), 4);
        y.mul(weights).sum().backward();
        double[] w = Numbers.doubles(weights);
        double[][] gradients = Differences.of(arguments, a -> {
            double[] values = normal(a, eps);
            return IntStream.range(0, w.length).mapToDouble(i -> w[i] * values[i]).sum();
        });
        for (int i = 0; i < 3; i++) {
            assertClose("seed " + seed + ", gradient " + i, all(norm, x).get(i).grad(), gradients[i], 400);
        }
    }

    /** Of the arguments x, weight, bias. */
    private static double[] normal(double[][] arguments, double eps) {
        double[] x = arguments[0], weight = arguments[1], bias = arguments[2];
        double[] y = new double[x.length];
        for (int start = 0; start < x.length; start += weight.length) {
            double mean = Arrays.stream(x, start, start + weight.length).average().orElseThrow();
            double variance = Arrays.stream(x, start, start + weight.length).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
            for (int c = 0; c < weight.length; c++) {
                y[start + c] = (x[start + c] - mean) / Math.sqrt(variance + eps) * weight[c] + bias[c];
            }
        }
        return y;
    }

    @Test
    void aRowDependsOnItselfOnly() {
        LayerNorm norm = new LayerNorm(4);
        Tensor x = random(new Generator(1), 3, 4);
        Tensor alone = norm.forward(x.select(0, 2));
        x.select(0, 0).fill(Float.NaN);
        x.select(0, 1).narrow(0, 0, 1).fill(Float.POSITIVE_INFINITY);
        Tensor y = norm.forward(x);
        assertThat(y.narrow(0, 0, 2).toArray()).containsOnly(Float.NaN);
        assertSameBits("the last row", y.select(0, 2), alone);
    }

    @Test
    void largeNumbersThatDifferLittleKeepTheirDigits() {
        Tensor y = new LayerNorm(3, 0).forward(Tensor.of(1e6f, 1e6f + 1, 1e6f + 2));
        assertClose("as 0, 1, 2", y, new double[] {-Math.sqrt(1.5), 0, Math.sqrt(1.5)}, 1);
        assertThat(new LayerNorm(1).forward(Tensor.of(5)).item()).as("a single number has no deviation").isZero();
        assertThat(new LayerNorm(3).forward(Tensor.zeros(2, 0, 3)).shape()).isEqualTo(Shape.of(2, 0, 3));
    }

    @Test
    void printsAndNamesAreThoseOfPyTorch() {
        assertThat(new LayerNorm(8)).hasToString("LayerNorm(8)");
        assertThat(new LayerNorm(8, 1e-6)).hasToString("LayerNorm(8, eps=1.0E-6)");
        assertThat(new LayerNorm(8).namedParameters().keySet()).containsExactly("weight", "bias");
    }

    @Test
    void whatItCannotTake() {
        assertThatThrownBy(() -> new LayerNorm(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LayerNorm: size 0, eps 1.0E-5; a size of at least 1 and a finite eps of 0 or more are required");
        assertThatThrownBy(() -> new LayerNorm(3, -1)).hasMessage("LayerNorm: size 3, eps -1.0; a size of at least 1 and a finite eps of 0 or more are required");
        assertThatThrownBy(() -> new LayerNorm(3).forward(Tensor.zeros(2, 4))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LayerNorm: input is [2, 4]; its last dimension must be the size (3)");
        assertThatThrownBy(() -> new LayerNorm(3).forward(Tensor.scalar(1))).hasMessage("LayerNorm: input is []; its last dimension must be the size (3)");
    }
}
