package dev.sluice.core.io;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.fixture;
import static dev.sluice.core.io.TensorFileTest.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What nobody asks for does not decide whether a file opens (make_files.py). */
class ForeignObjectsTest {
    private static LSTM loaded(TensorFile file, String prefix) throws IOException {
        LSTM lstm = LSTM.of(2, 3).projection(2).layers(2).bidirectional().build();
        file.load(lstm, prefix);
        List<Tensor> parameters = lstm.parameters();
        for (int i = 0; i < parameters.size(); i++) {
            assertSameBits("parameter " + i, parameters.get(i), fixture(100 + i, parameters.get(i).shape().sizes()));
        }
        return lstm;
    }

    @ParameterizedTest
    @ValueSource(strings = {"objects.pt", "objects-5.pt", "objects-1.pt"})
    void anLSTMIsReadBesideWhateverIsKeptWithIt(String name) throws IOException {
        try (TensorFile file = TensorFile.open(file(name))) {
            loaded(file, "lstm");
            assertThat(LSTM.of(file.shapes("lstm")).build()).hasToString(loaded(file, "lstm").toString());
            assertThat(file.metadata()).containsEntry("score", "an object of numpy._core.multiarray.scalar").containsKey("array")
                    .containsEntry("device", "an object of torch.device").containsEntry("schedule.milestones.30", "1").containsEntry("labels.0", "B").containsEntry("kinds.0", "one")
                    .containsEntry("counts.a", "2").containsEntry("large", "1" + "0".repeat(30)).containsEntry("keys.(a, b)", "1").containsEntry("keys.None", "2").containsEntry("keys.0.5", "3")
                    .containsEntry("keys.False", "4").containsEntry("keys.7", "5").containsEntry("keys.7 #2", "6").containsKeys("bytes", "more bytes", "complex number");
            assertSameBits("noted", file.tensor("noted"), fixture(5, 2));
            assertSameBits("attributed", file.tensor("attributed"), fixture(6, 3));
            assertSameBits("in a defaultdict", file.tensor("by word.x.0"), fixture(8, 2));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"objects.pt", "objects-5.pt", "objects-1.pt"})
    void viewsWhoseElementsAreUsedTwiceAreGatheredWhenTheyAreRead(String name) throws IOException {
        try (TensorFile file = TensorFile.open(file(name))) {
            float[] row = fixture(7, 1, 4).toArray();
            assertThat(file.tensor("expanded").select(0, 0).copy().toArray()).containsExactly(row);
            assertThat(file.tensor("expanded").select(0, 2).copy().toArray()).containsExactly(row);
            assertThat(file.tensor("unfolded").toArray()).containsExactly(0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5);
            assertThat(file.stored().get("unfolded").bytes().byteSize()).isEqualTo(file.stored().get("unfolded").byteSize()).isEqualTo(4 * 12);
        }
    }

    @Test
    void aTensorThatCannotBeReadSaysWhyWhenItIsAskedFor() throws IOException {
        String types = "its type is none of [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL]";
        Map<String, String> refusals = new LinkedHashMap<>();
        refusals.put("float8", "float8: F8_E4M3 [2] cannot be read: " + types);
        refusals.put("complex", "complex: C64 [2] cannot be read: " + types);
        refusals.put("quantized", "quantized: qint8 [2] cannot be read: what torch._utils._rebuild_qtensor makes it of is not understood");
        refusals.put("sparse", "sparse: F32 [2, 2] cannot be read: what torch._utils._rebuild_sparse_tensor makes it of is not understood");
        refusals.put("meta", "meta: F32 [2] cannot be read: what torch._utils._rebuild_meta_tensor_no_storage makes it of is not understood");
        try (TensorFile file = TensorFile.open(file("objects.pt")); TensorFile safetensors = TensorFile.open(file("objects.safetensors"))) {
            refusals.forEach((name, refusal) -> {
                assertThatThrownBy(() -> file.tensor(name)).isInstanceOf(IllegalArgumentException.class).hasMessage(refusal);
                assertThatThrownBy(() -> file.stored().get(name).toInts()).hasMessage(refusal);
                assertThat(refusal).endsWith(file.stored().get(name).refusal().orElseThrow());
                assertThat(file.tensors("")).doesNotContainKey(name);
            });
            assertThatThrownBy(() -> safetensors.tensor("float8")).hasMessage(refusals.get("float8"));
            assertThatThrownBy(() -> file.stored().get("meta").bytes()).hasMessage(refusals.get("meta"));
            assertThat(safetensors.stored().get("float8").bytes().byteSize()).isEqualTo(2);
            for (TensorFile each : List.of(file, safetensors)) {
                loaded(each, "lstm");
                assertThat(each.stored().get("uint16").toInts()).containsExactly(0, 65535);
                assertThat(each.stored().get("uint16").refusal()).isEmpty();
            }
        }
    }

    @Test
    void whatAKindOfFileCannotHoldIsNotWritten(@TempDir Path folder) throws IOException {
        Path pt = folder.resolve("a.pt"), safetensors = folder.resolve("a.safetensors");
        try (TensorFile file = TensorFile.open(file("objects.pt"))) {
            List<StoredTensor> whole = List.of(file.stored().get("uint16"), file.stored().get("float8"), file.stored().get("expanded"));
            assertThatThrownBy(() -> TensorFile.write(pt, whole, Map.of())).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("write: the kind PYTORCH cannot hold uint16 U16 [2]; leave it out, or write safetensors");
            assertThatThrownBy(() -> TensorFile.write(safetensors, List.of(file.stored().get("sparse")), Map.of())).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("write: the kind SAFETENSORS cannot hold sparse F32 [2, 2]; leave it out");
            assertThat(folder).isEmptyDirectory();
            TensorFile.write(safetensors, whole, Map.of());
            try (TensorFile copy = TensorFile.open(safetensors)) {
                assertThat(copy.stored().get("uint16").toInts()).containsExactly(0, 65535);
                assertThat(copy.stored().get("float8").bytes().mismatch(whole.get(1).bytes())).isEqualTo(-1);
                assertSameBits("expanded", copy.tensor("expanded"), file.tensor("expanded"));
            }
        }
    }

    @Test
    void whoAsksForAnObjectIsToldWhatItIs() throws IOException {
        try (TensorFile file = TensorFile.open(file("objects.pt"))) {
            assertThatThrownBy(() -> file.tensor("score")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(" are there; \"score\" is an object of numpy._core.multiarray.scalar");
            assertThatThrownBy(() -> file.stored("device")).hasMessageEndingWith(" are there; \"device\" is an object of torch.device");
        }
        byte[] pickle = HostilePicklesTest.bytes(0x80, 2, "}X", 5, 0, 0, 0, "modelcmine\nModel\n)", 0x81, "s.");
        assertThatThrownBy(() -> TensorFile.open("mine", HostileArchivesTest.archive(Map.of("a/data.pkl", pickle)))).isInstanceOf(DamagedFileException.class).hasMessage(
                "mine: there are no tensors in it; \"model\" is an object of mine.Model; in Python, save its tensors, or model.state_dict() instead of the model");
    }

    @Test
    void onlyTensorsOfFloatingPointNumbersAreCopied() throws IOException {
        try (TensorFile file = TensorFile.open(file("types.pt"))) {
            assertThat(file.tensors("")).containsOnlyKeys("float64", "float32", "float16", "bfloat16");
        }
    }

    @Test
    void theOldFormIsReadInLaterProtocols() throws IOException {
        try (TensorFile file = TensorFile.open(file("legacy-4.pt"))) {
            assertThat(file.format()).isEqualTo(TensorFile.Format.PYTORCH_LEGACY);
            loaded(file, "");
        }
    }

    @Test
    void torchScriptIsReadByTheNamesOfItsAttributes() throws IOException {
        try (TensorFile file = TensorFile.open(file("script.pt"))) {
            loaded(file, "");
            assertThat(file.metadata()).containsEntry("", "an object of __torch__.torch.nn.modules.rnn.LSTM");
        }
    }

    /** Half a million words, and as many numbers; both more than a million steps. */
    @ParameterizedTest
    @ValueSource(strings = {"words", "numbers", "tensors"})
    void aPickleMayHaveAsManyStepsAsBytes(String kind) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        byte[] tensor = HostilePicklesTest.bytes("ctorch._utils\n_rebuild_tensor_v2\n((X", 7, 0, 0, 0, "storagectorch\nFloatStorage\nX", 1, 0, 0, 0, "0X", 3, 0, 0, 0, "cpuK", 6, "tQK", 0, "K", 6, 0x85, "K",
                1, 0x85, 0x89, "}tR");
        pickle.writeBytes(HostilePicklesTest.bytes(0x80, 2, "}(X", 1, 0, 0, 0, "a", tensor, "X", 1, 0, 0, 0, "b", kind.equals("numbers") ? "](" : "}("));
        for (int i = 0; i < (kind.equals("tensors") ? 40_000 : 600_000); i++) {
            byte[] word = ("w" + i).getBytes(StandardCharsets.US_ASCII);
            pickle.writeBytes(kind.equals("numbers") ? HostilePicklesTest.bytes("K", i & 0x7f, "K", 1) : HostilePicklesTest.bytes("X", word.length, 0, 0, 0, word));
            pickle.writeBytes(kind.equals("tensors") ? tensor : HostilePicklesTest.bytes(kind.equals("words") ? "K\1" : ""));
        }
        pickle.writeBytes(HostilePicklesTest.bytes(kind.equals("numbers") ? "e" : "u", "u."));
        byte[] archive = HostileArchivesTest.archive(Map.of("a/data.pkl", pickle.toByteArray(), "a/data/0", new byte[24]));
        try (TensorFile file = TensorFile.open(kind, archive)) {
            assertThat(file.tensor("a").toArray()).hasSize(6);
            switch (kind) {
                case "words" -> assertThat(file.metadata()).hasSize(600_000).containsEntry("b.w599999", "1");
                case "numbers" -> assertThat(file.metadata()).containsEntry("b.0", "0").containsEntry("b.3", "1");
                default -> assertThat(file.stored("b")).hasSize(40_000);
            }
        }
    }

    /** {@code OrderedDict([["a", tensor]])}, and texts without a code for Unicode. */
    @Test
    void dictionariesOfPython2AreRead() throws IOException {
        byte[] pickle = HostilePicklesTest.bytes(0x80, 2, "ccollections\nOrderedDict\n](](U", 1, "actorch._utils\n_rebuild_tensor_v2\n((U", 7, "storagectorch\nFloatStorage\nU", 1, "0U", 3, "cpuK", 6,
                "tQK", 0, "K", 6, 0x85, "K", 1, 0x85, 0x89, "}tRee", 0x85, "R.");
        try (TensorFile file = TensorFile.open("old", HostileArchivesTest.archive(Map.of("a/data.pkl", pickle, "a/data/0", new byte[24])))) {
            assertThat(file.stored()).containsOnlyKeys("a");
            assertThat(file.tensor("a").toArray()).hasSize(6);
        }
    }

    @Test
    void tensorsInObjectsOfOnesOwnAreFoundByTheirAttributes() throws IOException {
        byte[] tensor = HostilePicklesTest.bytes("ctorch._utils\n_rebuild_tensor_v2\n((X", 7, 0, 0, 0, "storagectorch\nFloatStorage\nX", 1, 0, 0, 0, "0X", 3, 0, 0, 0, "cpuK", 6, "tQK", 0, "K", 6, 0x85, "K",
                1, 0x85, 0x89, "}tR");
        byte[] pickle = HostilePicklesTest.bytes(0x80, 2, "cmine\nState\n)", 0x81, "}(X", 4, 0, 0, 0, "meanX", 1, 0, 0, 0, "xX", 1, 0, 0, 0, "m", tensor, "ub.");
        try (TensorFile file = TensorFile.open("mine", HostileArchivesTest.archive(Map.of("a/data.pkl", pickle, "a/data/0", new byte[24])))) {
            assertThat(file.stored()).containsOnlyKeys("m");
            assertThat(file.metadata()).containsEntry("", "an object of mine.State").containsEntry("mean", "x");
            assertThat(catchThrowable(() -> file.tensor("n"))).hasMessage("mine: there is no tensor \"n\"; [m] are there");
        }
    }
}
