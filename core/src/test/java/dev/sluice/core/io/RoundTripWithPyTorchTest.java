package dev.sluice.core.io;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.LSTMState;
import dev.sluice.core.Layout;
import dev.sluice.core.Numbers;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Padded;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LSTMs of random forms from PyTorch here and from here to PyTorch and back, with the Python that -Dsluice.python names (round_trip.py). */
class RoundTripWithPyTorchTest {
    private static final String PYTHON = System.getProperty("sluice.python", "");
    private static final int SEED = 20261125, COUNT = 48, ROUNDINGS = 64;
    private static final List<String> DTYPES = List.of("float32", "float64", "float16", "bfloat16"), EXTENSIONS = List.of("pt", "legacy", "safetensors");
    private static final List<Configuration> CONFIGURATIONS = IntStream.range(0, COUNT).mapToObj(Configuration::of).toList();

    @TempDir
    private static Path folder;

    /**
     * @param seed of everything that is random in it
     * @param dtype of the weights that Python writes first
     * @param extension of Python's files; legacy is a checkpoint in the form before PyTorch 1.6
     * @param states whether it begins with states that are not zero
     */
    record Configuration(int number, int seed, int input, int hidden, int projection, int layers, boolean bidirectional, boolean bias, boolean batchFirst, String prefix, String dtype,
            String extension, int steps, int[] lengths, boolean states) {
        /** Every type in every kind of file, as often as any other. */
        static Configuration of(int number) {
            Random random = new Random(SEED + number);
            int hidden = 2 + random.nextInt(20), steps = 1 + random.nextInt(9);
            return new Configuration(number, SEED + number, 1 + random.nextInt(20), hidden, random.nextBoolean() ? 0 : 1 + random.nextInt(hidden - 1), 1 + random.nextInt(3), random.nextBoolean(),
                    random.nextBoolean(), random.nextBoolean(), List.of("", "lstm", "encoder.lstm", "模型.0").get(random.nextInt(4)), DTYPES.get(number % 4), EXTENSIONS.get(number / 4 % 3), steps,
                    Numbers.lengths(random, 1 + random.nextInt(5), steps), random.nextBoolean());
        }

        LSTM lstm() {
            return LSTM.of(input, hidden).projection(projection).layers(layers).bidirectional(bidirectional).bias(bias).batchFirst(batchFirst).random(new Generator(seed)).build();
        }

        Layout layout() {
            return batchFirst ? Layout.BATCH_FIRST : Layout.SEQUENCE_FIRST;
        }

        Path file(String name, String end) {
            return folder.resolve(name + "-" + number + "." + end);
        }

        /** Half of them checkpoints, each kind as often with each of Python's. */
        Path writtenHere() {
            return file("java", number / 12 % 2 == 0 ? "pt" : "safetensors");
        }

        void write() throws IOException {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            lstm().namedParameters().forEach((name, parameter) -> weights.put(prefix.isEmpty() ? name : prefix + "." + name, parameter));
            TensorFile.write(writtenHere(), weights);
            Generator random = new Generator(-seed);
            int batch = lengths.length, directions = layers * (bidirectional ? 2 : 1);
            Tensor x = batchFirst ? Tensor.randn(random, batch, steps, input) : Tensor.randn(random, steps, batch, input);
            TensorFile.write(file("java", "run"), Map.of("x", x, "h_0", Tensor.randn(random, directions, batch, projection == 0 ? hidden : projection),
                    "c_0", Tensor.randn(random, directions, batch, hidden)));
        }
    }

    @BeforeAll
    static void runPython() throws IOException, InterruptedException {
        if (PYTHON.isEmpty()) {
            return;
        }
        System.out.println("round trips with PyTorch: " + COUNT + " configurations, seeds from " + SEED);
        for (Configuration configuration : CONFIGURATIONS) {
            configuration.write();
        }
        new ObjectMapper().writeValue(folder.resolve("configurations.json").toFile(), CONFIGURATIONS);
        Path said = folder.resolve("said.txt");
        Process process = new ProcessBuilder(PYTHON, "-B", TensorFileTest.file("round_trip.py").toString(), folder.toString()).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    @BeforeEach
    void requirePython() {
        assertThat(PYTHON).as("-Dsluice.python=PYTHON, one with torch and safetensors").isNotEmpty();
    }

    @Test
    void whatPyTorchWritesIsRead() throws IOException {
        for (Configuration configuration : CONFIGURATIONS) {
            assertRead(configuration, "python");
        }
    }

    @Test
    void whatIsWrittenPyTorchReadsAndWritesAgain() throws IOException {
        for (Configuration configuration : CONFIGURATIONS) {
            LSTM before = configuration.lstm(), after = assertRead(configuration, "again");
            before.namedParameters().forEach((name, parameter) -> assertSameBits(configuration + " " + name, after.namedParameters().get(name), parameter));
        }
    }

    /** The weights in a file of Python's are what it says they are, and so is what they make of its input. */
    private static LSTM assertRead(Configuration configuration, String name) throws IOException {
        try (TensorFile weights = TensorFile.open(configuration.file(name, configuration.extension)); TensorFile run = TensorFile.open(configuration.file(name, "run"))) {
            assertThat(weights.format()).isEqualTo(TensorFile.Format.valueOf(Map.of("pt", "PYTORCH", "legacy", "PYTORCH_LEGACY", "safetensors", "SAFETENSORS").get(configuration.extension)));
            LSTM lstm = LSTM.of(weights.shapes(configuration.prefix)).batchFirst(configuration.batchFirst).build();
            assertThat(lstm).as("%s", configuration).hasToString(configuration.lstm().toString());
            weights.load(lstm, configuration.prefix);
            run.tensors("weights").forEach((key, expected) -> assertSameBits(configuration + " " + key, lstm.namedParameters().get(key), expected));
            Tensor x = run.tensor("x");
            LSTMState first = configuration.states ? new LSTMState(run.tensor("h_0"), run.tensor("c_0")) : null;
            LSTMResult<Tensor> dense = Gradients.off(() -> lstm.forward(x, first));
            assertResults(configuration, run, "dense", dense.output(), dense.state());
            LSTMResult<PackedSequence> packed = Gradients.off(() -> lstm.forward(new Padded(x, configuration.lengths, configuration.layout()).pack(), first));
            assertResults(configuration, run, "packed", packed.output().pad(configuration.layout(), 0f, configuration.steps).data(), packed.state());
            return lstm;
        }
    }

    private static void assertResults(Configuration configuration, TensorFile run, String kind, Tensor output, LSTMState last) {
        Map.of("output", output, "h_n", last.h(), "c_n", last.c()).forEach((name, actual) -> {
            StoredTensor expected = run.stored().get(kind + "." + name);
            assertThat(actual.shape()).isEqualTo(expected.shape());
            double[] exact = expected.bytes().toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
            assertClose(configuration + " " + kind + " " + name, actual, exact, ROUNDINGS);
        });
    }
}
