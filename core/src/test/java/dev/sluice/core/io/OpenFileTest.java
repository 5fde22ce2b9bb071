package dev.sluice.core.io;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.io.TensorFileTest.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.nn.Linear;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as they are opened and used in somebody's service: from jars, from bytes, on interrupted threads, and while others write them. */
@Timeout(120)
class OpenFileTest {
    /** More than is read on the caller's thread. */
    private static final int LARGE = 4_200_000;

    @TempDir
    private Path folder;

    private static float[] weights(TensorFile file) throws IOException {
        LSTM lstm = LSTM.of(2, 3).projection(2).layers(2).bidirectional().build();
        file.load(lstm, file.format() == TensorFile.Format.SAFETENSORS ? "encoder.lstm" : "");
        return lstm.parameters().getFirst().toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm.safetensors", "lstm.pt", "legacy.pt"})
    void entriesOfAJarStreamsAndBytesOpenAsFilesDo(String name) throws IOException {
        float[] expected;
        try (TensorFile file = TensorFile.open(file(name))) {
            expected = weights(file);
        }
        try (FileSystem jar = FileSystems.newFileSystem(folder.resolve("a.jar"), Map.of("create", "true"))) {
            Path entry = Files.copy(file(name), jar.getPath(name));
            Thread.currentThread().interrupt();
            try (TensorFile file = TensorFile.open(entry)) {
                assertThat(Thread.interrupted()).as("the flag stays").isTrue();
                assertThat(weights(file)).containsExactly(expected);
            }
            assertThat(Files.size(entry)).as("the jar is still open").isPositive();
        }
        try (InputStream in = TensorFileTest.class.getResourceAsStream(name); TensorFile file = TensorFile.open(name, in)) {
            assertThat(weights(file)).containsExactly(expected);
        }
        byte[] bytes = Files.readAllBytes(file(name));
        try (TensorFile file = TensorFile.open(name, bytes)) {
            assertThat(weights(file)).containsExactly(expected);
        }
        bytes[0]++;
        bytes[8]++;
        assertThatThrownBy(() -> TensorFile.open("from a table", bytes)).isInstanceOf(DamagedFileException.class)
                .hasMessage("from a table: it begins neither as safetensors do nor as a checkpoint of PyTorch");
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThatThrownBy(() -> TensorFile.open("model.pt", (InputStream) null)).isInstanceOf(NullPointerException.class)
                .hasMessage("open: the stream for model.pt is null; is there a resource of this name?");
        assertThatThrownBy(() -> TensorFile.open(folder.resolve("none.pt"))).isInstanceOf(NoSuchFileException.class).hasMessage(folder.resolve("none.pt").toString());
    }

    /** Small files and large ones, in all forms. */
    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt"})
    void interruptedThreadsReadAndStayInterrupted(String name) throws IOException {
        for (int size : new int[] {10, LARGE}) {
            Path path = folder.resolve(name);
            Tensor written = Tensor.full(2, size), read = Tensor.zeros(size), again = Tensor.zeros(size);
            TensorFile.write(path, Map.of("a", written));
            Thread.currentThread().interrupt();
            try (TensorFile file = TensorFile.open(path)) {
                assertThat(Thread.currentThread().isInterrupted()).as("after open").isTrue();
                file.copyTo(Map.of("a", read));
                assertThat(Thread.currentThread().isInterrupted()).as("after reading").isTrue();
                assertThat(file.tensor("a").get(size - 1)).isEqualTo(2);
                assertThat(Thread.interrupted()).isTrue();
                file.copyTo(Map.of("a", again));
            } finally {
                Thread.interrupted();
            }
            assertSameBits("interrupted", read, written);
            assertSameBits("afterwards", again, written);
        }
    }

    @Test
    void interruptsWhileItIsOpenedAndReadDoNoHarm() throws Exception {
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, Map.of("a", Tensor.ones(LARGE)));
        Thread reader = Thread.currentThread();
        Thread nuisance = Thread.ofPlatform().daemon().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                reader.interrupt();
            }
        });
        try (TensorFile shared = TensorFile.open(path)) {
            for (int i = 0; i < 20; i++) {
                try (TensorFile file = TensorFile.open(path)) {
                    Tensor target = Tensor.zeros(LARGE);
                    file.copyTo(Map.of("a", target));
                    shared.copyTo(Map.of("a", target));
                    assertThat(target.get(LARGE - 1)).isEqualTo(1);
                }
            }
        } finally {
            nuisance.interrupt();
            while (nuisance.isAlive()) {
                Thread.interrupted();
                Thread.onSpinWait();
            }
            Thread.interrupted();
        }
    }

    @Test
    void aFileThatAnotherProgramCutsIsNamed() throws IOException {
        for (int size : new int[] {200, LARGE}) {
            Path path = folder.resolve("a.safetensors");
            TensorFile.write(path, List.of(StoredTensor.of("a", Tensor.ones(size)), StoredTensor.of("b", 1, 2, 3)), Map.of());
            long length = Files.size(path);
            try (TensorFile file = TensorFile.open(path)) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    channel.truncate(150);
                }
                String reason = ": another program made the file shorter than the " + length + " bytes it had when it was opened; open it again, and write files beside their place and move "
                        + "them there";
                assertThatThrownBy(() -> file.tensor("a")).isInstanceOf(UncheckedIOException.class).cause().isInstanceOf(DamagedFileException.class)
                        .hasMessage(path + ": tensor \"a\"" + reason);
                assertThatThrownBy(() -> file.stored().get("b").toInts()).isInstanceOf(UncheckedIOException.class).cause().hasMessage(path + ": tensor \"b\"" + reason);
                assertThatThrownBy(() -> file.copyTo(Map.of("a", Tensor.zeros(size)))).isInstanceOf(DamagedFileException.class).hasMessage(path + ": tensor \"a\"" + reason);
            }
        }
    }

    @Test
    void aFileThatIsReplacedStaysAsItWas() throws IOException {
        Path path = folder.resolve("a.safetensors");
        TensorFile.write(path, Map.of("a", Tensor.ones(LARGE)));
        try (TensorFile file = TensorFile.open(path)) {
            TensorFile.write(path, Map.of("a", Tensor.zeros(3)));
            Tensor target = Tensor.zeros(LARGE);
            file.copyTo(Map.of("a", target));
            assertThat(target.get(LARGE - 1)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt"})
    void afterItIsClosedItSaysSo(String name) throws IOException {
        for (int size : new int[] {3, LARGE}) {
            Path path = folder.resolve(name);
            TensorFile.write(path, Map.of("a", Tensor.ones(size)));
            TensorFile file = TensorFile.open(path);
            StoredTensor stored = file.stored().get("a");
            file.close();
            String message = path + ": tensor \"a\" is asked for after the file was closed; use it before, or keep a copy of it (toTensor)";
            assertThatThrownBy(() -> file.tensor("a")).isInstanceOf(IllegalStateException.class).hasMessage(message);
            assertThatThrownBy(() -> file.copyTo(Map.of("a", Tensor.zeros(size)))).isInstanceOf(IllegalStateException.class).hasMessage(message);
            assertThatThrownBy(stored::bytes).isInstanceOf(IllegalStateException.class).hasMessage(message);
        }
    }

    @Test
    void aBitThatFlippedIsFoundWhenItsTensorIsUsed() throws IOException {
        Path path = folder.resolve("a.pt");
        Linear before = new Linear(2, 3), after = new Linear(2, 3);
        TensorFile.write(path, before.namedParameters());
        long place;
        try (TensorFile file = TensorFile.open(path)) {
            place = file.stored().get("bias").inFile().from();
        }
        byte[] bytes = Files.readAllBytes(path);
        bytes[(int) place] ^= 8;
        Files.write(path, bytes);
        float[] old = after.parameters().getFirst().toArray();
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.tensor("weight").toArray()).as("the others are read").containsExactly(before.parameters().getFirst().toArray());
            String message = ": tensor \"bias\": the 12 bytes of archive/data/1 are not those that were written: their checksum is [0-9a-f]{8}, the archive says [0-9a-f]{8}; "
                    + "copy or download the file again";
            assertThatThrownBy(() -> file.load(after, "")).isInstanceOf(DamagedFileException.class).hasMessageMatching("\\Q" + path + "\\E" + message);
            assertThat(after.parameters().getFirst().toArray()).as("nothing is written").containsExactly(old);
            assertThatThrownBy(() -> file.tensor("bias")).isInstanceOf(UncheckedIOException.class).cause().hasMessageMatching("\\Q" + path + "\\E" + message);
            assertThatThrownBy(() -> file.stored().get("bias").bytes()).isInstanceOf(UncheckedIOException.class);
        }
    }

    /** As torch.save leaves it with set_crc32_options(False). */
    @Test
    void withoutAChecksumBytesAreReadAsTheyAre() throws IOException {
        byte[] bytes = Files.readAllBytes(file("lstm.pt"));
        for (int at = 0; at < bytes.length - 46; at++) {
            if (bytes[at] == 'P' && bytes[at + 1] == 'K' && bytes[at + 2] == 1 && bytes[at + 3] == 2) {
                bytes[at + 16] = bytes[at + 17] = bytes[at + 18] = bytes[at + 19] = 0;
            }
        }
        try (TensorFile file = TensorFile.open("lstm.pt", bytes)) {
            bytes[(int) file.stored().get("weight_ih_l0").inFile().from() + 3] = 0x42; // a number between 32 and 128
            assertThat(file.tensor("weight_ih_l0").get(0, 0)).isGreaterThanOrEqualTo(32);
        }
    }

    @Test
    void aPickleThatChangedIsFoundAtOnce() throws IOException {
        byte[] bytes = Files.readAllBytes(file("lstm.pt"));
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("weight_hh_l0");
        bytes[at] = 'W';
        assertThatThrownBy(() -> TensorFile.open("lstm.pt", bytes)).isInstanceOf(DamagedFileException.class).hasMessageStartingWith("lstm.pt: its pickle: the ")
                .hasMessageEndingWith("; copy or download the file again");
    }

    @Test
    void aCheckpointTakesNoMemoryForWhatIsNotAskedFor() throws IOException {
        Path path = folder.resolve("a.pt");
        TensorFile.write(path, Map.of("table", Tensor.ones(LARGE), "bias", Tensor.ones(3)));
        try (TensorFile file = TensorFile.open(path)) {
            StoredTensor table = file.stored().get("table");
            assertThat(table.bytes().isMapped()).as("where it lies").isTrue();
            assertThat(table.bytes().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * (LARGE - 1))).isEqualTo(1);
        }
    }
}
