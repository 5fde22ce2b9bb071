package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMState;
import dev.sluice.core.Layout;
import dev.sluice.core.Padded;
import dev.sluice.core.io.StoredTensor;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inspect, Convert and Run as a user runs them. An argument that is a file's name alone, with its dot, is in the test's folder. */
class WeightFilesTest {
    private final Generator random = new Generator(1);
    private final LSTM lstm = LSTM.of(3, 4).layers(2).bidirectional().projection(2).random(random).build();
    private final Tensor x = Tensor.randn(random, 5, 3, 3), xTurned = x.transpose(0, 1).copy(), h = Tensor.randn(random, 4, 3, 2), c = Tensor.randn(random, 4, 3, 4);

    @TempDir
    private Path folder;

    /** What the program prints: all of it; an error is a line. */
    private String run(int status, Function<String[], Integer> program, String args) {
        String[] inFolder = List.of(args.split(" ")).stream().map(arg -> arg.contains(".s") || arg.contains(".pt") ? "" + folder.resolve(arg) : arg).toArray(String[]::new);
        Printed printed = Printed.by(() -> program.apply(inFolder));
        assertThat(printed.status()).as("exit status; %s", printed.err()).isEqualTo(status);
        String said = (status == 0 ? printed.out() : printed.err()).replace(folder + "/", "");
        return status == 0 ? said : said.stripTrailing();
    }

    private void write(String name, StoredTensor... tensors) throws IOException {
        TensorFile.write(folder.resolve(name), List.of(tensors), Map.of());
    }

    /** The LSTM is lstm.pt; model.safetensors has it as encoder.lstm, and more. */
    @BeforeEach
    void files() throws IOException {
        List<StoredTensor> model = new ArrayList<>(List.of(StoredTensor.of("head.weight", Tensor.ones(2, 4))));
        lstm.namedParameters().forEach((name, parameter) -> model.add(StoredTensor.of("encoder.lstm." + name, parameter)));
        TensorFile.write(folder.resolve("model.safetensors"), model, Map.of("made by", "a test"));
        TensorFile.write(folder.resolve("lstm.pt"), lstm.namedParameters());
        write("x.safetensors", StoredTensor.of("input", x));
        write("begun.pt", StoredTensor.of("input", x), StoredTensor.of("h_0", h), StoredTensor.of("c_0", c));
    }

    @Test
    void inspectPrintsWhatIsThere() throws IOException {
        TensorFile.write(folder.resolve("a.safetensors"), List.of(StoredTensor.of("weight", Tensor.ones(20, 30)), StoredTensor.of("ids", 7, 8)), Map.of("made by", "a test"));
        assertThat(run(0, Inspect::run, "a.safetensors")).isEqualToNormalizingNewlines("""
                a.safetensors: SAFETENSORS
                  weight  F32            2,400 bytes  [20, 30]
                  ids     I32                8 bytes  [2]
                  made by = a test
                  2 tensors, 2,408 bytes
                """);
        write("alone.pt", StoredTensor.of("", Tensor.ones(2)));
        assertThat(run(0, Inspect::run, "alone.pt")).contains("     F32                8 bytes  [2]");
        Files.writeString(folder.resolve("text.pt"), "no weights at all");
        assertThat(run(2, Inspect::run, "text.pt")).isEqualTo("Inspect: text.pt: it begins neither as safetensors do nor as a checkpoint of PyTorch");
    }

    @Test
    void convertingThereAndBackGivesTheSameBytes() throws IOException {
        write("a.safetensors", StoredTensor.of("b", x), StoredTensor.of("ids", 7, -8), StoredTensor.of("a", Tensor.scalar(1)), StoredTensor.of("none", Tensor.zeros(0, 2)));
        assertThat(run(0, Convert::run, "a.safetensors a.pt")).isEqualToIgnoringNewLines("4 tensors from a.safetensors (SAFETENSORS) to a.pt (PYTORCH)");
        run(0, Convert::run, "a.pt b.safetensors");
        assertThat(folder.resolve("b.safetensors")).hasSameBinaryContentAs(folder.resolve("a.safetensors"));
        run(0, Convert::run, "model.safetensors copy.safetensors");
        assertThat(folder.resolve("copy.safetensors")).as("metadata too").hasSameBinaryContentAs(folder.resolve("model.safetensors"));
        run(0, Convert::run, "model.safetensors part.pt --prefix encoder.lstm");
        assertThat(folder.resolve("part.pt")).hasSameBinaryContentAs(folder.resolve("lstm.pt"));
        assertThat(run(2, Convert::run, "model.safetensors no.pt --prefix lstm")).isEqualTo("Convert: model.safetensors: no name begins with \"lstm.\"; 21 others, such as head.weight are there; some begin with \"encoder.lstm.\"");
    }

    @Test
    void whatCannotBeReadIsListedAndWhatCannotBeHeldIsLeftOut() throws IOException {
        String header = "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U16\",\"shape\":[1],\"data_offsets\":[2,4]},"
                + "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}";
        Files.write(folder.resolve("a.safetensors"), ByteBuffer.allocate(8 + header.length() + 8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8)).array());
        String reason = "its type is none of [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL]";
        assertThat(run(0, Inspect::run, "a.safetensors")).isEqualToNormalizingNewlines("""
                a.safetensors: SAFETENSORS
                  a  F8_E4M3               2 bytes  [2]  cannot be read: %s
                  b  U16                2 bytes  [1]
                  c  F32                4 bytes  [1]
                  3 tensors, 8 bytes
                """.replace("%s", reason));
        assertThat(run(0, Convert::run, "a.safetensors a.pt")).isEqualToNormalizingNewlines("""
                left out: a F8_E4M3 [2], which PYTORCH cannot hold; %s
                left out: b U16 [1], which PYTORCH cannot hold
                1 tensors from a.safetensors (SAFETENSORS) to a.pt (PYTORCH)
                """.replace("%s", reason));
        run(0, Convert::run, "a.safetensors b.safetensors");
        assertThat(run(0, Inspect::run, "b.safetensors")).contains("F8_E4M3").endsWith("3 tensors, 8 bytes\n");
        assertThat(run(2, Convert::run, "a.safetensors b.pt --prefix x")).startsWith("Convert: a.safetensors: no name begins with");
    }

    private void assertRun(Tensor output, LSTMState last, String args) throws IOException {
        write("expected.pt", StoredTensor.of("output", output), StoredTensor.of("h_n", last.h()), StoredTensor.of("c_n", last.c()));
        run(0, Run::run, args + " --output y.pt");
        assertThat(folder.resolve("y.pt")).hasSameBinaryContentAs(folder.resolve("expected.pt"));
    }

    @Test
    void runComputesWhatForwardDoes() throws IOException {
        var plain = Gradients.off(() -> lstm.forward(x));
        assertRun(plain.output(), plain.state(), "--weights model.safetensors --input x.safetensors --prefix encoder.lstm --threads 1");
        write("turned.pt", StoredTensor.of("input", xTurned));
        assertRun(plain.output().transpose(0, 1).copy(), plain.state(), "--weights lstm.pt --input turned.pt --batch-first");
        var begun = Gradients.off(() -> lstm.forward(x, new LSTMState(h, c)));
        assertRun(begun.output(), begun.state(), "--weights lstm.pt --input begun.pt");
        assertThat(run(0, Run::run, "--weights lstm.pt --input x.safetensors --output y.safetensors --backend scalar"))
                .startsWith(lstm + " from lstm.pt, on scalar").containsPattern("weight_hr_l1_reverse +\\[2, 4]").containsPattern("input +F32 \\[5, 3, 3]").containsPattern("c_n +\\[4, 3, 4]");
    }

    @Test
    void lengthsAreInTheInputOrInAFileOfTheirOwn() throws IOException {
        StoredTensor lengths = StoredTensor.of("lengths", 2, 4, 1);
        var packed = Gradients.off(() -> lstm.forward(new Padded(x, new int[] {2, 4, 1}, Layout.SEQUENCE_FIRST).pack(), new LSTMState(h, c)));
        Tensor output = packed.output().pad(Layout.SEQUENCE_FIRST, 0, 5).data();
        write("lengths.pt", lengths);
        assertRun(output, packed.state(), "--weights lstm.pt --input begun.pt --lengths lengths.pt");
        write("turned.pt", StoredTensor.of("input", xTurned), lengths, StoredTensor.of("h_0", h), StoredTensor.of("c_0", c));
        assertRun(output.transpose(0, 1).copy(), packed.state(), "--weights lstm.pt --input turned.pt --batch-first");
    }

    @Test
    void runNamesWhatIsWrongAndWritesNothing() throws IOException {
        write("narrow.pt", StoredTensor.of("input", x.narrow(2, 0, 2).copy()));
        write("half.pt", StoredTensor.of("input", x), StoredTensor.of("h_0", h));
        write("long.pt", StoredTensor.of("lengths", 5, 6, 1));
        assertThat(run(2, Run::run, "--weights lstm.pt --input none.pt --output y.pt")).startsWith("Run: no such file: none.pt");
        assertThat(run(2, Run::run, "--weights model.safetensors --input x.safetensors --output y.pt")).startsWith("Run: LSTM: weight_ih_l0 is missing and weight_hh_l0 missing; ");
        assertThat(run(2, Run::run, "--weights model.safetensors --prefix lstm --input x.safetensors --output y.pt")).startsWith("Run: model.safetensors: no name begins with \"lstm.\"; 21 others");
        assertThat(run(2, Run::run, "--weights lstm.pt --input lstm.pt --output y.pt")).startsWith("Run: lstm.pt: there is no tensor \"input\"; ");
        assertThat(run(2, Run::run, "--weights lstm.pt --input narrow.pt --output y.pt")).startsWith("Run: LSTM: input is [5, 3, 2]; its last dimension must be the input size (3)");
        assertThat(run(2, Run::run, "--weights lstm.pt --input half.pt --output y.pt")).startsWith("Run: half.pt: \"h_0\" and \"c_0\", or neither of them, is required");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output y.pt --lengths long.pt")).startsWith("Run: padded: sequence 1 has length 6 in a tensor of shape [5, 3, 3]");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output y.pt --lengths x.safetensors")).startsWith("Run: x.safetensors: a tensor \"lengths\" is required");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output y.pt --threads 0")).isEqualTo("Run: --threads 0: at least 1 is required");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors")).isEqualTo("Run: Missing required option: '--output=FILE'; --help shows what can be given");
        Files.createDirectories(folder.resolve("folder.pt/with something"));
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output none/y.pt")).startsWith("Run: none/y.pt cannot be written: its folder is missing; what was there before");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output lstm.pt/y.pt")).startsWith("Run: lstm.pt/y.pt cannot be written: Not a directory; what was there before");
        assertThat(run(2, Run::run, "--weights lstm.pt --input x.safetensors --output folder.pt")).startsWith("Run: folder.pt cannot be written: ");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("lstm.pt", "model.safetensors", "x.safetensors", "begun.pt", "narrow.pt", "half.pt", "long.pt", "folder.pt");
    }
}
