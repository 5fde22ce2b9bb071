package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.sluice.api.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of PyTorch and safetensors that were cut short or damaged, and how the other tests of hostile files open theirs. */
@Timeout(600) // seconds, where nothing but what never ends takes as many
class HostileFilesTest {
    private static final String READ = "it is read";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"lstm.pt", "legacy.pt", "lstm.safetensors", "types.pt", "types.safetensors", "strided.pt", "command.pt", "command-legacy.pt", "module.pt", "training.pt", "objects.pt",
        "objects.safetensors", "legacy-4.pt", "script.pt"})
    void whatIsCutShortIsRefusedWhereverItEnds(String name) throws IOException {
        Path path = Files.copy(TensorFileTest.file(name), folder.resolve("file"));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            long step = 1 + channel.size() / 2048; // every byte of small files
            for (long length = channel.size() - 1; length >= 0; length -= step) {
                channel.truncate(length);
                assertThat(outcome(path)).as("%s, its first %d bytes", name, length).isNotEqualTo(READ);
            }
        }
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm.pt", "legacy.pt", "lstm.safetensors", "types.pt", "types.safetensors", "strided.pt", "objects-1.pt", "objects-5.pt", "legacy-4.pt"})
    void whateverByteIsChangedTheFileIsReadOrRefused(String name) throws IOException {
        byte[] intact = Files.readAllBytes(TensorFileTest.file(name));
        Path path = Files.write(folder.resolve("file"), intact);
        Random random = new Random(name.hashCode());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int i = 0; i < 400; i++) {
                int at = random.nextInt(intact.length);
                byte changed = (byte) (random.nextBoolean() ? intact[at] ^ 1 << random.nextInt(8) : random.nextInt());
                channel.write(ByteBuffer.wrap(new byte[] {changed}), at);
                try {
                    outcome(path);
                } catch (IOException | RuntimeException | Error e) {
                    throw new AssertionError(name + " with byte " + at + " changed to " + changed + " (seed " + name.hashCode() + ")", e);
                }
                channel.write(ByteBuffer.wrap(intact, at, 1), at);
            }
        }
        assertThat(outcome(path)).isEqualTo(READ);
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void whatIsNoFileOfTensorsIsRefused() throws IOException {
        for (byte[] bytes : new byte[][] {{'P', 'K', 3, 4}, new byte[100], "#!/bin/sh\nreboot\n".getBytes()}) {
            assertThat(outcome(folder, bytes)).isEqualTo("it begins neither as safetensors do nor as a checkpoint of PyTorch");
        }
    }

    @Test
    void whatIsTakenForWeightsIsNamed() throws IOException {
        String page = "it is a page in HTML, as a download that was refused leaves it";
        Map.of("", "it is empty", "\u0089HDF\r\n\u001a\n and more", "it is HDF5, as Keras writes it", "\u0093NUMPY\1", "it is an array of NumPy", "GGUF\3", "it is GGUF, as llama.cpp reads it",
                "\u001f\u008b\b", "it is compressed by gzip; unpack it first", "version https://git-lfs.github.com/spec/v1\n",
                "it is a pointer of Git LFS, not the file; get it with git lfs pull", " <!DOCTYPE HTML><html>404", page, "<html>", page,
                "{\"metadata\": {}, \"weight_map\": {\"a\": \"b\"}}", "it is the index of a model in several files: open those that it names").forEach((start, what) ->
                assertThatThrownBy(() -> TensorFile.open("model", start.getBytes(StandardCharsets.ISO_8859_1))).isInstanceOf(DamagedFileException.class)
                        .hasMessage("model: it begins neither as safetensors do nor as a checkpoint of PyTorch; " + what));
    }

    @Test
    void moreNumbersThanFitAreRefusedWhenTheyAreAskedFor() throws IOException {
        long elements = 1L << 31;
        for (String type : new String[] {"U8", "F16"}) {
            long bytes = type.equals("U8") ? elements : 2 * elements;
            byte[] start = HostileSafetensorsTest.file("{\"a\":{\"dtype\":\"" + type + "\",\"shape\":[2," + elements / 2 + "],\"data_offsets\":[0," + bytes + "]}}", 0);
            try (TensorFile file = TensorFile.open(sparse(start, start.length + bytes))) {
                StoredTensor stored = file.stored().get("a");
                assertThatThrownBy(type.equals("U8") ? stored::toInts : stored::toTensor).isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("shape: [2, 1073741824] has more elements than a tensor can hold (2147483647)");
            }
        }
    }

    @Test
    void aTextOfMoreThanTwoGigabytesIsNotRead() throws IOException {
        byte[] pickle = HostilePicklesTest.bytes(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, ".", 0x8d, new byte[] {1, 0, 0, (byte) 0x80, 0, 0, 0, 0});
        assertThat(outcome(sparse(pickle, pickle.length + (1L << 31) + 10))).isEqualTo("its pickle has 0x0 at byte 2147483673, which is no code of a pickle");
    }

    private Path sparse(byte[] start, long length) throws IOException {
        Path path = Files.write(folder.resolve("file"), start);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), length - 1);
        }
        return path;
    }

    /** What comes of a file of these bytes: what is wrong with it, or that it and all tensors in it are read. */
    static String outcome(Path folder, byte[] bytes) throws IOException {
        String outcome = outcome(Files.write(folder.resolve("file"), bytes));
        assertThat(folder.toFile().list()).as("nothing is written beside it").containsExactly("file");
        return outcome;
    }

    private static String outcome(Path path) throws IOException {
        long inUse = Memory.bytesInUse(), allocated = THREADS.getCurrentThreadAllocatedBytes(), time = THREADS.getCurrentThreadCpuTime(), size = Files.size(path);
        String outcome = READ;
        try (TensorFile file = TensorFile.open(path)) {
            file.stored().values().forEach(HostileFilesTest::read);
        } catch (DamagedFileException e) {
            outcome = afterName(path, e);
        } catch (UncheckedIOException e) {
            outcome = afterName(path, e.getCause());
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - allocated).as("bytes that Java took to read %d, and freed", size).isLessThan(200 << 20);
        assertThat(THREADS.getCurrentThreadCpuTime() - time).as("nanoseconds of this thread, whatever else the machine does").isLessThan(15_000_000_000L);
        assertThat(Memory.bytesInUse()).as("bytes of tensors").isLessThanOrEqualTo(inUse);
        return outcome;
    }

    private static String afterName(Path path, IOException e) {
        assertThat(e).isInstanceOf(DamagedFileException.class).hasMessageStartingWith(path + ": ");
        return e.getMessage().substring((path + ": ").length());
    }

    /** Reads it, or is told by name why not. */
    static void read(StoredTensor stored) {
        try {
            if (stored.type().isFloat()) {
                stored.toTensor().recycle();
            } else {
                stored.toInts();
            }
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith(stored.name().isEmpty() ? "" : stored.name() + ": ").message().isNotEmpty();
        }
    }
}
