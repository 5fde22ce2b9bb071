package dev.sluice.core.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMBuilder;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and shapes that do not fit are told by what they most likely are; state dictionaries have the names and shapes that PyTorch 2.13 gives them. */
class MisfitTest {
    private static final String REQUIRED = "; [4 · hidden, input] and [4 · hidden, hidden], or with weight_hr_l0 [projection, hidden] the latter [4 · hidden, projection], are required";

    private final LSTM lstm = new LSTM(5, 4);

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static Map<String, Tensor> under(String prefix, Map<String, Tensor> values) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        values.forEach((name, value) -> named.put(prefix + name, value));
        return named;
    }

    private static Map<String, Shape> shapes(Map<String, Tensor> values) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        values.forEach((name, value) -> shapes.put(name, value.shape()));
        return shapes;
    }

    /** What is left of an LSTM's parameters, beside others. */
    private Map<String, Tensor> without(String name, Map<String, Tensor> others) {
        Map<String, Tensor> values = new LinkedHashMap<>(lstm.namedParameters());
        values.remove(name);
        values.putAll(others);
        return values;
    }

    // Prefixes

    @Test
    void aPrefixThatAllNamesHave() {
        Map<String, Tensor> parallel = under("module.", lstm.namedParameters());
        refused(() -> lstm.load(parallel), "LSTM.load: missing weight_ih_l0 [16, 5]; missing weight_hh_l0 [16, 4]; 2 more missing; "
                + "unexpected module.weight_ih_l0; unexpected module.weight_hh_l0; 2 more unexpected; all names required are there with \"module.\" in front");
        refused(() -> LSTM.of(shapes(parallel)), "LSTM: weight_ih_l0 is missing and weight_hh_l0 missing" + REQUIRED + "; all names required are there with \"module.\" in front");
        refused(() -> lstm.loadMatching(parallel), "LSTM.loadMatching: none of the names given, such as module.weight_ih_l0, is a parameter's; at least one of "
                + "[weight_ih_l0, weight_hh_l0] and 2 more is required; all names required are there with \"module.\" in front");
    }

    @Test
    void aPrefixOfSomeNamesOfAFile(@TempDir Path folder) throws Exception {
        Map<String, Tensor> all = under("encoder.lstm.", lstm.namedParameters());
        all.putAll(under("decoder.", lstm.namedParameters()));
        all.put("head.weight", Tensor.zeros(2, 4));
        all.put("head.bias", Tensor.zeros(2));
        Path path = folder.resolve("model.safetensors");
        TensorFile.write(path, all);
        try (TensorFile file = TensorFile.open(path)) {
            refused(() -> LSTM.of(file.shapes("")), "LSTM: weight_ih_l0 is missing and weight_hh_l0 missing" + REQUIRED
                    + "; all names required are there with \"encoder.lstm.\" or \"decoder.\" in front");
            refused(() -> LSTM.of(file.shapes("encoder")), "LSTM: weight_ih_l0 is missing and weight_hh_l0 missing" + REQUIRED + "; all names required are there with \"lstm.\" in front");
            assertThatThrownBy(() -> file.loadMatching(lstm, "encoder")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("; all names required are there with \"lstm.\" in front");
            assertThatThrownBy(() -> file.load(new Linear(4, 2), "")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("; all names required are there with \"head.\" in front");
            assertThat(file.loadMatching(lstm, "encoder.lstm")).isEqualTo(new Module.Unmatched(List.of(), List.of()));
        }
    }

    @Test
    void aPrefixThatIsMissing() {
        Module model = new Model(lstm);
        for (ThrowingCallable call : List.<ThrowingCallable>of(() -> model.load(lstm.namedParameters()), () -> model.loadMatching(lstm.namedParameters()))) {
            assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith("; with \"lstm.\" in front all names given are among those required: load that part alone");
        }
    }

    private static final class Model extends Module {
        Model(LSTM lstm) {
            module("lstm", lstm);
            module("head", new Linear(4, 2));
        }
    }

    @Test
    void aPrefixBeforeNamesOfWhichSomeFit() {
        LSTM deep = LSTM.of(5, 4).layers(2).build();
        assertThatThrownBy(() -> deep.load(under("module.", lstm.namedParameters()))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; 4 of the 8 names required are there with \"module.\" in front");
    }

    @Test
    void partsUnderPrefixesOfTheirOwn() {
        Module model = new Model(lstm);
        Map<String, Tensor> values = under("encoder.lstm.", lstm.namedParameters());
        values.putAll(under("classifier.head.", new Linear(4, 2).namedParameters()));
        refused(() -> model.load(values), "Model.load: missing lstm.weight_ih_l0 [16, 5]; missing lstm.weight_hh_l0 [16, 4]; 4 more missing; unexpected encoder.lstm.weight_ih_l0; "
                + "unexpected encoder.lstm.weight_hh_l0; 4 more unexpected; 4 of the 6 names required are there with \"encoder.\" in front, the others with \"classifier.\": load the parts one by one");
        values.putAll(under("head.", new Linear(4, 2).namedParameters()));
        assertThatThrownBy(() -> model.load(values)).isInstanceOf(IllegalArgumentException.class).hasMessageEndingWith("; all names missing are there with \"encoder.\" in front");
        values.remove("encoder.lstm.bias_hh_l0");
        assertThatThrownBy(() -> model.load(values)).isInstanceOf(IllegalArgumentException.class).hasMessageEndingWith("; 3 of the 4 names missing are there with \"encoder.\" in front");
    }

    @Test
    void aPrefixThatIsNotThere(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("model.pt");
        TensorFile.write(path, under("encoder.lstm.", LSTM.of(5, 4).bidirectional().projection(1).build().namedParameters()));
        try (TensorFile file = TensorFile.open(path)) {
            String others = ".\"; 10 others, such as encoder.lstm.weight_ih_l0 are there; some begin with \"encoder.lstm.\"";
            for (String prefix : List.of("decoder", "Encoder.lstm", "encoder.lstm.rnn", "lstm")) {
                refused(() -> file.load(lstm, prefix), path + ": no name begins with \"" + prefix + others);
                refused(() -> file.shapes(prefix), path + ": no name begins with \"" + prefix + others);
            }
        }
        Path many = folder.resolve("many.pt");
        TensorFile.write(many, IntStream.range(0, 7).boxed().collect(Collectors.toMap(i -> "layer." + i + ".weight", Tensor::ones, (a, _) -> a, LinkedHashMap::new)));
        try (TensorFile file = TensorFile.open(many)) {
            assertThatThrownBy(() -> file.stored("layers")).hasMessageEndingWith(" are there; some begin with \"layer.0.\", \"layer.1.\", \"layer.2.\", \"layer.3.\" and 3 more");
        }
        Path bare = folder.resolve("bare.pt");
        TensorFile.write(bare, new Linear(4, 2).namedParameters());
        try (TensorFile file = TensorFile.open(bare)) {
            refused(() -> file.load(lstm, "lstm"), bare + ": no name begins with \"lstm.\"; [weight, bias] are there; none has a prefix");
        }
    }

    @Test
    void manyNamesThatNothingExplains() {
        List<String> names = new ArrayList<>(LSTM.of(1, 1).layers(3).build().namedParameters().keySet());
        Map<String, Tensor> values = under("x", LSTM.of(1, 1).layers(3).build().namedParameters());
        assertThatThrownBy(() -> LSTM.of(1, 1).layers(3).build().load(values)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; missing " + names.get(9) + " [4, 1]; 2 more missing; unexpected x" + String.join("; unexpected x", names.subList(0, 10)) + "; 2 more unexpected");
    }

    @Test
    void noAdviceWhereNothingWasSeen() {
        refused(() -> new Linear(1, 1).load(Map.of("kernel", Tensor.zeros(1, 1))), "Linear.load: missing weight [1, 1]; missing bias [1]; unexpected kernel");
        refused(() -> LSTM.of(Map.of("kernel", Shape.of(16, 5))), "LSTM: weight_ih_l0 is missing and weight_hh_l0 missing" + REQUIRED);
        refused(() -> lstm.loadMatching(Map.of()), "LSTM.loadMatching: no names are given; at least one of [weight_ih_l0, weight_hh_l0] and 2 more is required");
    }

    // Parameters that were stored as something else

    @Test
    void weightNormalisation() {
        String missing = "LSTM: weight_ih_l0 is [16, 5] and weight_hh_l0 missing" + REQUIRED;
        Map<String, Tensor> old = without("weight_hh_l0", Map.of("weight_hh_l0_g", Tensor.zeros(16, 1), "weight_hh_l0_v", Tensor.zeros(16, 4)));
        String advice = "; weight_hh_l0_g, weight_hh_l0_v are there instead: that is weight normalisation; in Python, before saving, do torch.nn.utils.remove_weight_norm(module, name)";
        refused(() -> LSTM.of(shapes(old)), missing + advice);
        assertThatThrownBy(() -> lstm.load(old)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("LSTM.load: missing weight_hh_l0 [16, 4]; unexpected ")
                .hasMessageEndingWith(advice);
        Map<String, Tensor> today = without("weight_hh_l0", Map.of("parametrizations.weight_hh_l0.original0", Tensor.zeros(16, 1),
                "parametrizations.weight_hh_l0.original1", Tensor.zeros(16, 4)));
        refused(() -> LSTM.of(shapes(today)), missing + "; parametrizations.weight_hh_l0.original0, parametrizations.weight_hh_l0.original1 are there instead: "
                + "that is weight normalisation; in Python, before saving, do torch.nn.utils.parametrize.remove_parametrizations(module, name)");
        refused(() -> LSTM.of(shapes(under("lstm.", old))), "LSTM: weight_ih_l0 is missing and weight_hh_l0 missing" + REQUIRED
                + "; 1 of the 2 names required are there with \"lstm.\" in front" + advice);
        Map<String, Tensor> model = under("encoder.lstm.", old);
        model.put("head.weight", Tensor.zeros(2, 4));
        assertThatThrownBy(() -> lstm.load(model)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; 3 of the 4 names required are there with \"encoder.lstm.\" in front" + advice);
    }

    @Test
    void normalisationOfALaterLayerOrOfAPartOfAModel() {
        LSTM deep = LSTM.of(5, 4).layers(2).build();
        Map<String, Tensor> values = new LinkedHashMap<>(deep.namedParameters());
        values.remove("weight_hh_l1");
        values.put("weight_hh_l1_g", Tensor.zeros(16, 1));
        values.put("weight_hh_l1_v", Tensor.zeros(16, 4));
        assertThatThrownBy(() -> LSTM.of(shapes(values))).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("LSTM: weight_hh_l1 missing beside [")
                .hasMessageEndingWith("; each layer and direction needs all that another has; weight_hh_l1_g, weight_hh_l1_v are there instead: that is weight normalisation; "
                        + "in Python, before saving, do torch.nn.utils.remove_weight_norm(module, name)");
        Module model = new Model(lstm);
        Map<String, Tensor> all = new LinkedHashMap<>(model.namedParameters());
        all.remove("head.weight");
        all.putAll(Map.of("head.weight_orig", Tensor.zeros(2, 4), "head.weight_u", Tensor.zeros(2), "head.weight_v", Tensor.zeros(4)));
        assertThatThrownBy(() -> model.load(all)).hasMessageEndingWith("; head.weight_orig, head.weight_u are there instead: that is spectral normalisation; "
                + "in Python, before saving, do torch.nn.utils.remove_spectral_norm(module, name)");
    }

    @Test
    void dropoutOfWeightsAndQuantization() {
        assertThatThrownBy(() -> LSTM.of(shapes(without("weight_hh_l0", Map.of("weight_hh_l0_raw", Tensor.zeros(16, 4)))))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; weight_hh_l0_raw is there instead: that is dropout of weights; in Python, before saving, do state[name] = state.pop(name + \"_raw\")");
        Map<String, Tensor> wrapped = under("module.", without("weight_hh_l0", Map.of()));
        wrapped.put("weight_hh_l0_raw", Tensor.zeros(16, 4));
        assertThatThrownBy(() -> LSTM.of(shapes(wrapped))).isInstanceOf(IllegalArgumentException.class).hasMessageEndingWith("; 1 of the 2 names required are there with \"module.\" in front; "
                + "weight_hh_l0_raw is there instead: that is dropout of weights; in Python, before saving, do state[name] = state.pop(name + \"_raw\")");
        assertThatThrownBy(() -> new Linear(4, 2).load(Map.of("scale", Tensor.zeros(1), "_packed_params.dtype", Tensor.zeros(1)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; _packed_params.dtype is a quantized module's; save the model as it was before it was quantized");
    }

    // Networks that are no LSTM, or another one

    private static Map<String, Tensor> network(int gates) {
        return Map.of("weight_ih_l0", Tensor.zeros(gates * 4, 5), "weight_hh_l0", Tensor.zeros(gates * 4, 4), "bias_ih_l0", Tensor.zeros(gates * 4), "bias_hh_l0", Tensor.zeros(gates * 4));
    }

    @Test
    void aGRUAndAnRNN() {
        refused(() -> LSTM.of(shapes(network(3))), "LSTM: weight_ih_l0 is [12, 5] and weight_hh_l0 [12, 4]" + REQUIRED + "; weight_hh_l0 of [12, 4] is a GRU's, of 3 gates; an LSTM's has 4");
        refused(() -> LSTM.of(shapes(network(1))), "LSTM: weight_ih_l0 is [4, 5] and weight_hh_l0 [4, 4]" + REQUIRED + "; weight_hh_l0 of [4, 4] is an RNN's, without gates; an LSTM's has 4");
        assertThatThrownBy(() -> new LSTM(5, 3).load(network(3))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("weight_hh_l0 is [12, 4], [12, 3] is required; weight_hh_l0 of [12, 4] is a GRU's, of 3 gates; an LSTM's has 4");
        assertThatThrownBy(() -> new Model(lstm).loadMatching(under("lstm.", network(1)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; lstm.weight_hh_l0 of [4, 4] is an RNN's, without gates; an LSTM's has 4");
        assertThatThrownBy(() -> LSTM.of(5, 4).buildCell().load(Map.of("weight_ih", Tensor.zeros(12, 5), "weight_hh", Tensor.zeros(12, 4)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("; weight_hh of [12, 4] is a GRU's, of 3 gates; an LSTM's has 4");
    }

    @Test
    void anLSTMOfOtherChoices() {
        assertThatThrownBy(() -> lstm.load(LSTM.of(5, 4).layers(2).build().namedParameters())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; layers=2 is given, layers=1 is required");
        assertThatThrownBy(() -> LSTM.of(5, 4).bidirectional().projection(2).build().load(LSTM.of(5, 4).bias(false).build().namedParameters())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; bidirectional=false is given, bidirectional=true is required; bias=false is given, bias=true is required; no projection is given, one is required");
        assertThatThrownBy(() -> new Model(lstm).load(new Model(LSTM.of(5, 4).layers(3).build()).namedParameters())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("; under \"lstm.\" layers=3 is given, layers=1 is required");
    }

    // A part is not taken for the whole

    @Test
    void everyChoiceIsToldByTheShapes() {
        for (LSTMBuilder builder : List.of(LSTM.of(5, 4), LSTM.of(5, 4).bias(false), LSTM.of(5, 4).layers(3).bidirectional(), LSTM.of(5, 4).projection(2).bias(false).layers(2))) {
            LSTM built = builder.build();
            assertThat(LSTM.of(shapes(built.namedParameters())).build()).hasToString(built.toString());
        }
    }

    @Test
    void anyParameterThatIsMissingIsNamed() {
        LSTM whole = LSTM.of(5, 4).layers(2).bidirectional().projection(2).build();
        for (String name : whole.namedParameters().keySet()) {
            Map<String, Shape> shapes = shapes(whole.namedParameters());
            shapes.remove(name);
            assertThatThrownBy(() -> LSTM.of(shapes)).as(name).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("LSTM: (weight_ih_l0 is .*|" + name + " missing beside .*)");
        }
    }

    @Test
    void aGapIsNamed() {
        Map<String, Shape> shapes = shapes(LSTM.of(5, 4).layers(3).bias(false).build().namedParameters());
        shapes.keySet().removeIf(name -> name.endsWith("l1"));
        refused(() -> LSTM.of(shapes), "LSTM: weight_ih_l1, weight_hh_l1 missing beside [weight_ih_l0, weight_hh_l0, weight_ih_l2, weight_hh_l2]; each layer and direction needs all that another has");
        refused(() -> LSTM.of(Map.of("weight_ih_l0", Shape.of(16, 5), "weight_hh_l0", Shape.of(16, 2))), "LSTM: weight_ih_l0 is [16, 5] and weight_hh_l0 [16, 2]" + REQUIRED);
    }
}
