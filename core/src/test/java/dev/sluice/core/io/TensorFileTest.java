package dev.sluice.core.io;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.fixture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch and safetensors wrote (make_files.py), and our own. */
class TensorFileTest {
    @TempDir
    private Path folder;

    static Path file(String name) {
        try {
            return Path.of(TensorFileTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static LSTM lstm() {
        return LSTM.of(2, 3).projection(2).layers(2).bidirectional().build();
    }

    @ParameterizedTest
    @CsvSource({"lstm.pt, '', PYTORCH", "legacy.pt, '', PYTORCH_LEGACY", "lstm.safetensors, encoder.lstm, SAFETENSORS", "training.pt, model.lstm, PYTORCH"})
    void anLSTMOfPyTorchIsRead(String name, String prefix, TensorFile.Format format) throws IOException {
        LSTM lstm = lstm();
        try (TensorFile file = TensorFile.open(file(name))) {
            assertThat(file.format()).isEqualTo(format);
            file.load(lstm, prefix);
            List<Tensor> parameters = lstm.parameters();
            for (int i = 0; i < parameters.size(); i++) {
                assertSameBits(name + ": parameter " + i, parameters.get(i), fixture(100 + i, parameters.get(i).shape().sizes()));
            }
            assertThat(file.tensors(prefix)).containsOnlyKeys(lstm.namedParameters().keySet());
        }
    }

    @Test
    void whatElseIsInACheckpointIsThereToo() throws IOException {
        try (TensorFile file = TensorFile.open(file("training.pt"))) {
            assertThat(file.metadata()).containsEntry("epoch", "7").containsEntry("rate", "0.25").containsEntry("done", "false").containsEntry("note", "hello")
                    .containsEntry("optimizer.param_groups.0.lr", "0.01").containsEntry("sizes.1.0", "4");
            assertThat(file.tensor("optimizer.state.0.exp_avg").shape()).isEqualTo(Shape.of(12, 2));
            assertThat(file.stored().get("sizes.0").toInts()).containsExactly(2, 3);
        }
        try (TensorFile file = TensorFile.open(file("lstm.safetensors"))) {
            assertThat(file.metadata()).containsExactly(Map.entry("made by", "make_files.py"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"types.pt", "types.safetensors"})
    void numbersOfAllTypes(String name) throws IOException {
        try (TensorFile file = TensorFile.open(file(name))) {
            for (String type : List.of("float64", "float32", "float16")) {
                assertSameBits(type, file.tensor(type), fixture(3, 2, 3));
            }
            Tensor rounded = fixture(3, 2, 3); // to the 8 bits of a bfloat16, to even
            float[] expected = rounded.toArray();
            for (int i = 0; i < expected.length; i++) {
                int bits = Float.floatToIntBits(expected[i]);
                expected[i] = Float.intBitsToFloat(bits + 0x7fff + (bits >> 16 & 1) & 0xffff0000);
            }
            assertThat(file.tensor("bfloat16").toArray()).containsExactly(expected);
            for (String type : List.of("int64", "int32", "int16", "int8", "uint8")) {
                assertThat(file.stored().get(type).toInts()).as(type).containsExactly(0, 1, 100);
            }
            assertThat(file.stored().get("bool").toInts()).containsExactly(0, 1, 1);
            assertThat(file.stored().get("float16")).hasToString("float16 F16 [2, 3]");
            assertThatThrownBy(() -> file.tensor("int64")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("int64: I64 [3] has no floating-point numbers; F64, F32, F16 or BF16 is required");
            assertThatThrownBy(() -> file.stored().get("float32").toInts()).hasMessage("float32: F32 [2, 3] has no whole numbers; an integer type is required");
        }
    }

    @Test
    void tensorsThatShareAStorageOrLieInItInAnotherOrder() throws IOException {
        Tensor whole = fixture(4, 4, 6);
        try (TensorFile file = TensorFile.open(file("strided.pt"))) {
            assertSameBits("whole", file.tensor("whole"), whole);
            assertSameBits("tied", file.tensor("tied"), whole);
            assertSameBits("parameter", file.tensor("parameter"), whole);
            assertSameBits("transposed", file.tensor("transposed"), whole.transpose(0, 1));
            assertSameBits("rows", file.tensor("rows"), whole.narrow(0, 1, 2));
            assertSameBits("every second column", file.tensor("every second column"), whole.view(4, 3, 2).select(2, 0));
            assertThat(file.tensor("one").item()).isEqualTo(whole.get(2, 3));
            assertThat(file.tensor("none").shape()).isEqualTo(Shape.of(0, 6));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"command.pt", "command-legacy.pt"})
    void commandsAreNamedAndNeverRun(String name) throws IOException {
        try (TensorFile file = TensorFile.open(file(name))) {
            assertSameBits("a", file.tensor("a"), fixture(1, 2));
            assertThat(file.metadata()).containsExactly(Map.entry("b", "an object of posix.system"));
        }
    }

    @Test
    void aWholeModuleIsReadByTheNamesOfItsStateDictionary() throws IOException {
        LSTM lstm = lstm();
        try (TensorFile file = TensorFile.open(file("module.pt"))) {
            assertThat(file.stored()).containsOnlyKeys(lstm.namedParameters().keySet());
            assertThat(file.metadata()).containsExactly(Map.entry("", "an object of torch.nn.modules.rnn.LSTM"));
            file.load(lstm, "");
            assertSameBits("weight_ih_l0", lstm.namedParameters().get("weight_ih_l0"), file.tensor("weight_ih_l0"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt", "a.pth"})
    void whatIsWrittenIsRead(String name) throws IOException {
        Path path = folder.resolve(name);
        LSTM lstm = lstm(), other = lstm();
        TensorFile.write(path, lstm.namedParameters());
        try (TensorFile file = TensorFile.open(path)) {
            file.load(other, "");
        }
        lstm.namedParameters().forEach((key, parameter) -> assertSameBits(key, other.namedParameters().get(key), parameter));
        byte[] first = Files.readAllBytes(path);
        TensorFile.write(path, lstm.namedParameters());
        assertThat(Files.readAllBytes(path)).as("the same each time").isEqualTo(first);
        assertThat(folder.toFile().list()).as("nothing is left beside it").containsExactly(name);
    }

    @Test
    void metadataAndWholeNumbersAreKept() throws IOException {
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, List.of(StoredTensor.of("ids", 3, -4), StoredTensor.of("none", Tensor.zeros(0, 2)), StoredTensor.of("one", Tensor.scalar(5f))), Map.of("key \"ä\"", "text\n"));
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.metadata()).containsExactly(Map.entry("key \"ä\"", "text\n"));
            assertThat(file.stored().get("ids").toInts()).containsExactly(3, -4);
            assertThat(file.tensor("none").shape()).isEqualTo(Shape.of(0, 2));
            assertThat(file.tensor("one").item()).isEqualTo(5f);
        }
        assertThatThrownBy(() -> TensorFile.write(folder.resolve("a.pt"), List.of(), Map.of("a", "b"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no metadata [a]; write safetensors, or leave them out");
        assertThatThrownBy(() -> TensorFile.write(path, List.of(StoredTensor.of("a", 1), StoredTensor.of("a", 2)), Map.of())).hasMessageContaining("two tensors have one name");
    }

    @Test
    void whatDoesNotFitIsNamedAndNothingIsWritten() throws IOException {
        Linear linear = new Linear(2, 3);
        Tensor before = linear.parameters().getFirst().copy();
        try (TensorFile file = TensorFile.open(file("lstm.safetensors"))) {
            assertThatThrownBy(() -> file.load(linear, "head")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Linear.load: missing bias [3]; weight is [4], [3, 2] is required");
            assertThatThrownBy(() -> file.load(linear, "tail")).hasMessageContaining("no name begins with \"tail.\"; 21 others, such as encoder.lstm.");
            assertThatThrownBy(() -> file.tensor("tail")).hasMessageContaining("there is no tensor \"tail\"; 21 others");
        }
        assertSameBits("weight", linear.parameters().getFirst(), before);
    }

    @Test
    void aFailedWritingLeavesWhatWasThere() throws IOException {
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, Map.of("a", Tensor.ones(2)));
        Tensor gone = Tensor.ones(3);
        StoredTensor stored = StoredTensor.of("b", gone);
        gone.recycle();
        assertThatThrownBy(() -> TensorFile.write(path, Map.of("b", gone))).isInstanceOf(IllegalStateException.class);
        assertThat(stored.name()).isEqualTo("b");
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.tensor("a").toArray()).containsExactly(1, 1);
        }
        assertThatThrownBy(() -> TensorFile.write(folder.resolve("none/a.pt"), Map.of("a", Tensor.ones(2)))).isInstanceOf(IOException.class);
        assertThat(folder.toFile().list()).containsExactly("a.safetensors");
    }

    @Test
    void tensorsThatNobodyElseHoldsAreWrittenWhole() throws IOException {
        List<StoredTensor> stored = IntStream.range(0, 50).mapToObj(i -> StoredTensor.of("t" + i, Tensor.full(i, 1000))).toList();
        System.gc();
        List<Tensor> others = IntStream.range(0, 200).mapToObj(i -> Tensor.full(-1f, 1000)).toList();
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, stored, Map.of());
        try (TensorFile file = TensorFile.open(path)) {
            for (int i = 0; i < 50; i++) {
                assertThat(file.tensor("t" + i).toArray()).containsOnly(i);
            }
        }
        assertThat(others).allSatisfy(other -> assertThat(other.get(0)).isEqualTo(-1f));
    }

    @Test
    void leniently() throws IOException {
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, List.of(StoredTensor.of("part.weight", Tensor.ones(3, 2)), StoredTensor.of("part.count", 7)), Map.of());
        Linear linear = new Linear(2, 3);
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.loadMatching(linear, "part.")).isEqualTo(new Module.Unmatched(List.of("bias"), List.of("count")));
            assertThat(file.shapes("part")).containsEntry("weight", Shape.of(3, 2));
            assertThatThrownBy(() -> file.stored().clear()).isInstanceOf(UnsupportedOperationException.class);
        }
        TensorFile twice = TensorFile.open(path);
        twice.close();
        twice.close();
        assertThat(linear.parameters().getFirst().toArray()).containsOnly(1f);
    }

    @Test
    void whatCouldNotBeReadIsNotWritten() {
        for (String name : List.of("__metadata__", "x".repeat(501))) {
            assertThatThrownBy(() -> TensorFile.write(folder.resolve("a.pt"), Map.of(name, Tensor.ones(1)))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a name of at most 500 letters, other than __metadata__, is required");
        }
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> TensorFile.open(folder)).isInstanceOf(DamagedFileException.class).hasMessage(folder + ": it is a folder; a file of safetensors or of PyTorch is required");
        assertThatThrownBy(() -> TensorFile.open(Path.of("nowhere/model.pt"))).isInstanceOf(NoSuchFileException.class).hasMessage(Path.of("nowhere/model.pt").toAbsolutePath().toString());
    }

    @Test
    void whatALinkPointsToIsWritten() throws IOException {
        Path path = folder.resolve("a.safetensors"), link = folder.resolve("link");
        TensorFile.write(path, Map.of("a", Tensor.ones(1)));
        Files.createSymbolicLink(link, path);
        TensorFile.write(link, Map.of("a", Tensor.zeros(1)));
        assertThat(link).isSymbolicLink();
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.tensor("a").item()).isZero();
        }
    }
}
