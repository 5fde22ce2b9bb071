package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Outputs, states and all gradients as torch.nn.LSTM computes them in float64; see make_fixtures.py beside the fixtures. */
class PyTorchLSTMTest {
    private static final int STEPS = 7, BATCH = 6, INPUT = 2, HIDDEN = 3, PROJECTION = 2;

    /** Roundings of an output: those of one sum, at each step once more. */
    private static final int TERMS = STEPS * (INPUT + 2 * HIDDEN + 2);

    /** Roundings of a gradient: a sum over the gates at each step back, and one over all rows. */
    private static final int GRADIENT_TERMS = TERMS + STEPS * 4 * HIDDEN + STEPS * BATCH;

    record Case(JsonNode json) {
        boolean is(String name) {
            return json.get(name).asBoolean();
        }

        @Override
        public String toString() {
            return "bias=%s projection=%s bidirectional=%s batchFirst=%s lengths=%s layers=%s".formatted(json.get("bias"), json.get("projection"), json.get("bidirectional"),
                    json.get("batchFirst"), json.get("lengths"), json.get("layers"));
        }
    }

    static Stream<Case> cases() throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(PyTorchLSTMTest.class.getResourceAsStream("pytorch/lstm.jsonl"), StandardCharsets.UTF_8))) {
            ObjectMapper mapper = new ObjectMapper();
            List<Case> cases = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                cases.add(new Case(mapper.readTree(line)));
            }
            return cases.stream();
        }
    }

    /** What is judged: the current backend, unless a module that sees more of them has this test judge those. */
    List<Backend> backends() {
        return List.of(Backends.current());
    }

    @Test
    @Cites("T19")
    void allCombinationsAreThere() throws IOException {
        // bias × projection × directions × layout × lengths with two layers; projection × directions × lengths with one
        assertThat(cases()).hasSize(32 + 8);
    }

    @ParameterizedTest
    @MethodSource("cases")
    @Cites({"A1", "A2", "F1", "F2", "F8", "F15", "K2", "K3", "P1", "P3", "P4", "S15", "T11", "T19"})
    void outputStatesAndGradientsAreThoseOfPyTorch(Case expected) {
        backends().forEach(backend -> compare(expected, backend));
    }

    private static void compare(Case expected, Backend backend) {
        int projection = expected.json.get("projection").asInt();
        int layers = expected.json.get("layers").asInt();
        int directions = expected.is("bidirectional") ? 2 : 1;
        LSTM lstm = LSTM.of(INPUT, HIDDEN).projection(projection).layers(layers).bias(expected.is("bias")).bidirectional(expected.is("bidirectional"))
                .batchFirst(expected.is("batchFirst")).backend(backend).build();
        List<Tensor> parameters = lstm.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).copyFrom(fixture(100 + i, parameters.get(i).shape().sizes()));
        }
        Tensor x = (expected.is("batchFirst") ? fixture(1, BATCH, STEPS, INPUT) : fixture(1, STEPS, BATCH, INPUT)).requireGrad();
        LSTMState first = new LSTMState(fixture(2, layers * directions, BATCH, projection > 0 ? projection : HIDDEN).requireGrad(),
                fixture(3, layers * directions, BATCH, HIDDEN).requireGrad());

        Tensor output;
        LSTMState last;
        if (expected.json.get("lengths").isNull()) {
            LSTMResult<Tensor> result = lstm.forward(x, first);
            output = result.output();
            last = result.state();
        } else {
            int[] lengths = IntStream.range(0, BATCH).map(i -> expected.json.get("lengths").get(i).asInt()).toArray();
            Layout layout = expected.is("batchFirst") ? Layout.BATCH_FIRST : Layout.SEQUENCE_FIRST;
            LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.packPadded(x, layout, lengths), first);
            output = result.output().pad(layout).data();
            last = result.state();
        }
        weighted(output, 4).add(weighted(last.h(), 5)).add(weighted(last.c(), 6)).backward();

        assertClose("output", output, doubles(expected.json.get("output")), TERMS);
        assertClose("h_n", last.h(), doubles(expected.json.get("h_n")), TERMS);
        assertClose("c_n", last.c(), doubles(expected.json.get("c_n")), TERMS);
        assertClose("gradient of the input", x.grad(), doubles(expected.json.get("input gradient")), GRADIENT_TERMS);
        assertClose("gradient of h_0", first.h().grad(), doubles(expected.json.get("h_0 gradient")), GRADIENT_TERMS);
        assertClose("gradient of c_0", first.c().grad(), doubles(expected.json.get("c_0 gradient")), GRADIENT_TERMS);
        Map<String, Tensor> named = lstm.namedParameters();
        assertThat(named.keySet()).containsExactlyElementsOf(expected.json.get("parameter gradients").properties().stream().map(Map.Entry::getKey).toList());
        named.forEach((name, parameter) -> assertClose("gradient of " + name, parameter.grad(), doubles(expected.json.get("parameter gradients").get(name)), GRADIENT_TERMS));
    }

    @Test
    @Cites({"P1", "P2", "P3", "P5", "G3"})
    void aSeedGivesTheInitialParametersOfPyTorch() throws IOException {
        JsonNode cases = new ObjectMapper().readTree(PyTorchLSTMTest.class.getResourceAsStream("pytorch/initial.json"));
        List<LSTMBuilder> builders = List.of(LSTM.of(2, 1), LSTM.of(3, 4).projection(PROJECTION).layers(2).bidirectional(), LSTM.of(3, 4).layers(2).bias(false));
        for (int i = 0; i < builders.size(); i++) {
            JsonNode expected = cases.get(i).get("parameters");
            Map<String, Tensor> named = builders.get(i).random(new Generator(cases.get(i).get("seed").asInt())).build().namedParameters();
            assertThat(named.keySet()).as(cases.get(i).get("lstm").asText()).containsExactlyElementsOf(expected.properties().stream().map(Map.Entry::getKey).toList());
            named.forEach((name, parameter) -> assertThat(parameter.toArray()).as(name).containsExactly(floats(expected.get(name))));
        }
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) array.get(i).asDouble();
        }
        return floats;
    }

    private static Tensor weighted(Tensor tensor, int stream) {
        return tensor.mul(fixture(stream, tensor.shape().sizes())).sum();
    }
}
