package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Numbers for tests, and the comparison of results with what they should be. */
public final class Numbers {
    private Numbers() {}

    /** The number that {@code make_fixtures.py} computes for the same stream and place. */
    static float value(int stream, int i) {
        int n = stream * 1000003 + i;
        for (int round = 0; round < 2; round++) {
            n = (n ^ (n >>> 16)) * 0x45D9F3B;
        }
        return ((n ^ (n >>> 16)) >>> 22) / 1024f - 0.5f;
    }

    public static Tensor fixture(int stream, int... sizes) {
        Shape shape = Shape.of(sizes);
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(stream, i);
        }
        return Tensor.of(shape, values);
    }

    public static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size()).mapToDouble(i -> array.get(i).asDouble()).toArray();
    }

    public static double[] doubles(Tensor tensor) {
        float[] values = tensor.toArray();
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    public static Tensor random(Generator random, int... sizes) {
        return Tensor.uniform(random, -1f, 1f, sizes);
    }

    public static int[] lengths(Random random, int count, int longest) {
        return IntStream.range(0, count).map(i -> 1 + random.nextInt(longest)).toArray();
    }

    /**
     * Every number within {@code terms} roundings of float32, of the size of the largest number expected.
     */
    public static void assertClose(String what, Tensor actual, double[] expected, int terms) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double tolerance = terms * Math.ulp(0.5f) * Math.max(largest, 1e-3);
        float[] values = actual.toArray();
        assertThat(values.length).as(what + ": number of elements").isEqualTo(expected.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs(values[i] - expected[i])).as("%s: element %d is %s, expected %s", what, i, values[i], expected[i]).isLessThanOrEqualTo(tolerance);
        }
    }

    /** Equal to the bit. */
    public static void assertSameBits(String what, Tensor actual, Tensor expected) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        float[] a = actual.toArray();
        float[] b = expected.toArray();
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToIntBits(a[i]) != Float.floatToIntBits(b[i])) {
                throw new AssertionError("%s: element %d of %s is %s (%08x), expected %s (%08x)".formatted(what, i, actual.shape(), a[i],
                        Float.floatToIntBits(a[i]), b[i], Float.floatToIntBits(b[i])));
            }
        }
    }
}
