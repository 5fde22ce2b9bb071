package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Graph;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All steps of each packed sequence made one row. */
class PoolingTest {
    @Test
    void meansAndLargestAreThoseOfPyTorchWithTheirGradientsTiesIncluded() throws IOException {
        int[] lengths = {3, 1, 9, 5, 5, 2};
        for (JsonNode expected : new ObjectMapper().readTree(Numbers.class.getResourceAsStream("pytorch/nn.json")).get("pooling")) {
            List<Tensor> sequences = IntStream.range(0, lengths.length).mapToObj(i -> quarters(fixture(10 + i, lengths[i], 3)).requireGrad()).toList();
            PackedSequence packed = PackedSequence.pack(sequences);
            String name = expected.get("name").asText();
            Tensor pooled = name.equals("mean") ? packed.mean() : packed.max();
            assertThat(pooled.shape()).isEqualTo(Shape.of(6, 3));
            assertClose(name, pooled, doubles(expected.get("pooled")), 2);
            pooled.mul(fixture(9, 6, 3)).sum().backward();
            for (int i = 0; i < lengths.length; i++) {
                assertClose(name + ", gradient " + i, sequences.get(i).grad(), doubles(expected.get("gradients").get(i)), 2);
            }
        }
    }

    private static Tensor quarters(Tensor x) {
        float[] values = x.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.rint(values[i] * 4) / 4;
        }
        return Tensor.of(x.shape(), values);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSequenceHasTheBitsThatItHasAlone(int seed) {
        Random random = new Random(seed);
        int[] lengths = Numbers.lengths(random, 1 + random.nextInt(9), 12);
        int[] size = List.of(new int[0], new int[] {1 + random.nextInt(20)}, new int[] {2, 3}, new int[] {0}).get(seed % 4);
        for (Function<PackedSequence, Tensor> pooling : List.<Function<PackedSequence, Tensor>>of(PackedSequence::mean, PackedSequence::max)) {
            List<Tensor> together = sequences(seed, lengths, size), alone = sequences(seed, lengths, size);
            Tensor pooled = pooling.apply(PackedSequence.pack(together));
            Tensor gradient = Numbers.random(new Generator(seed + 1), pooled.shape().sizes());
            pooled.backward(gradient, Graph.RELEASE);
            for (int i = 0; i < lengths.length; i++) {
                String what = "seed " + seed + ", lengths " + Arrays.toString(lengths) + ", sequence " + i;
                Tensor one = pooling.apply(PackedSequence.pack(List.of(alone.get(i))));
                assertSameBits(what, pooled.select(0, i), one.select(0, 0));
                one.backward(gradient.narrow(0, i, 1), Graph.RELEASE);
                assertSameBits(what + ": gradient", together.get(i).grad(), alone.get(i).grad());
            }
        }
        List<Tensor> sequences = sequences(seed, lengths, size);
        Tensor mean = PackedSequence.pack(sequences).mean();
        for (int i = 0; i < lengths.length; i++) {
            assertSameBits("seed " + seed + ": the mean of a tensor", mean.select(0, i), sequences.get(i).mean(0));
        }
    }

    private static List<Tensor> sequences(int seed, int[] lengths, int[] size) {
        Generator random = new Generator(seed);
        return Arrays.stream(lengths).mapToObj(n -> Numbers.random(random, IntStream.concat(IntStream.of(n), IntStream.of(size)).toArray()).requireGrad()).toList();
    }

    @Test
    void notANumberIsLargerThanAnyAndStaysInItsSequence() {
        float nan = Float.NaN, infinity = Float.POSITIVE_INFINITY;
        Tensor xs = Tensor.of(1, nan, infinity, nan).requireGrad(), ys = Tensor.of(-infinity, -1).requireGrad();
        PackedSequence packed = PackedSequence.pack(List.of(ys, xs));
        assertThat(packed.max().toArray()).containsExactly(-1, nan);
        assertThat(packed.mean().toArray()).containsExactly(-infinity, nan);
        packed.max().sum().backward();
        assertThat(xs.grad().toArray()).as("the first of them").containsExactly(0, 1, 0, 0);
        assertThat(ys.grad().toArray()).containsExactly(0, 1);
    }
}
