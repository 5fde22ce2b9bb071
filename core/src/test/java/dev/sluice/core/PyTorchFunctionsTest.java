package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.api.tensor.Graph;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Functions at their special points in float32, and operands of different shapes in float64, as PyTorch has them. */
class PyTorchFunctionsTest {
    private static final Map<String, UnaryOperator<Tensor>> FUNCTIONS = Map.ofEntries(Map.entry("exp", Tensor::exp), Map.entry("log", Tensor::log),
            Map.entry("sqrt", Tensor::sqrt), Map.entry("abs", Tensor::abs), Map.entry("clamp(-1, 1)", x -> x.clamp(-1, 1)),
            Map.entry("clamp(0, inf)", x -> x.clamp(0, Float.POSITIVE_INFINITY)), Map.entry("clamp(-0, 0)", x -> x.clamp(-0f, 0)),
            Map.entry("max(0)", x -> x.max(0)), Map.entry("max(1)", x -> x.max(1)), Map.entry("min(0)", x -> x.min(0)), Map.entry("min(1)", x -> x.min(1)));
    private static final Map<String, BinaryOperator<Tensor>> OPERATIONS = Map.of("add", Tensor::add, "sub", Tensor::sub, "mul", Tensor::mul, "div", Tensor::div);

    private final JsonNode fixtures;

    PyTorchFunctionsTest() throws IOException {
        JsonMapper mapper = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
        fixtures = mapper.readTree(Numbers.class.getResourceAsStream("pytorch/functions.json"));
    }

    private static int[] sizes(JsonNode sizes) {
        return IntStream.range(0, sizes.size()).map(i -> sizes.get(i).asInt()).toArray();
    }

    private static float[] floats(JsonNode array) {
        double[] values = doubles(array);
        float[] floats = new float[values.length];
        IntStream.range(0, floats.length).forEach(i -> floats[i] = (float) values[i]);
        return floats;
    }

    /** Equal to the bit, but for two units in the last place of a finite number that is not 0: PyTorch's exp and sqrt are not always the nearest float. */
    private static void assertNear(String what, Tensor actual, JsonNode expected) {
        float[] values = actual.toArray(), wanted = floats(expected);
        assertThat(values).as(what).hasSameSizeAs(wanted);
        for (int i = 0; i < values.length; i++) {
            boolean same = Float.floatToIntBits(values[i]) == Float.floatToIntBits(wanted[i]);
            boolean near = wanted[i] != 0 && Float.isFinite(wanted[i]) && Math.abs((double) values[i] - wanted[i]) <= 2 * Math.ulp(wanted[i]);
            assertThat(same || near).as("%s: element %d is %s, expected %s", what, i, values[i], wanted[i]).isTrue();
        }
    }

    @Test
    void functionsAndTheirGradientsAtSpecialPoints() {
        for (JsonNode expected : fixtures.get("functions")) {
            String call = expected.get("call").asText();
            Tensor x = Tensor.of(Shape.of(sizes(expected.get("sizes"))), floats(expected.get("input"))).requireGrad();
            Tensor y = FUNCTIONS.get(call).apply(x);
            assertNear(call, y, expected.get("result"));
            y.backward(Tensor.of(y.shape(), floats(expected.get("arriving"))), Graph.RELEASE);
            assertNear(call + ": gradient of " + expected.get("arriving"), x.grad(), expected.get("gradient"));
        }
    }

    @Test
    void operandsOfDifferentShapes() {
        for (JsonNode expected : fixtures.get("broadcasts")) {
            Tensor one = fixture(1, sizes(expected.get("one"))).requireGrad();
            Tensor other = fixture(2, sizes(expected.get("other"))).add(2f).requireGrad();
            Tensor result = OPERATIONS.get(expected.get("call").asText()).apply(one, other);
            String what = expected.get("call").asText() + " of " + one.shape() + " and " + other.shape();
            assertThat(result.shape()).as(what).isEqualTo(Shape.of(sizes(expected.get("sizes"))));
            assertClose(what, result, doubles(expected.get("result")), 4);
            result.backward(fixture(3, sizes(expected.get("sizes"))), Graph.RELEASE);
            assertClose(what + ": first gradient", one.grad(), doubles(expected.get("gradients").get(0)), 12);
            assertClose(what + ": second gradient", other.grad(), doubles(expected.get("gradients").get(1)), 12);
        }
    }
}
