package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.api.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where tensors are written to, and what becomes of what is there. */
class WritingTest {
    private static final Map<String, Tensor> ONE = Map.of("a", Tensor.ones(3));

    @TempDir
    private Path folder;

    private static float[] read(Path path) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            return file.tensor("a").toArray();
        }
    }

    private String[] names() {
        return folder.toFile().list();
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder(command).start().waitFor()).as(String.join(" ", command)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt"})
    void anInterruptedThreadWritesAndStaysInterrupted(String name) throws IOException {
        Path path = folder.resolve(name);
        Thread.currentThread().interrupt();
        TensorFile.write(path, ONE);
        TensorFile.write(path, ONE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(read(path)).containsExactly(1, 1, 1);
        assertThat(names()).containsExactly(name);
    }

    @Test
    void aPipeIsWrittenAsItIs() throws Exception {
        Path pipe = folder.resolve("pipe"), file = folder.resolve("a.safetensors");
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).as("pipes have names here").contains("posix");
        run("mkfifo", pipe.toString());
        CompletableFuture<byte[]> bytes = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readAllBytes(pipe);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        TensorFile.write(pipe, ONE);
        TensorFile.write(file, ONE);
        assertThat(bytes.get()).isEqualTo(Files.readAllBytes(file));
        assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).as("still a pipe").isTrue();
        assertThat(names()).containsExactlyInAnyOrder("pipe", "a.safetensors");
    }

    @Test
    void aDeviceIsWrittenAsItIs() throws IOException {
        Path nothing = Path.of("/dev/null"), full = Path.of("/dev/full"), link = folder.resolve("link");
        assumeThat(nothing).as("devices are files here").exists();
        Files.createSymbolicLink(link, nothing);
        TensorFile.write(link, ONE);
        assertThat(link).isSymbolicLink();
        assertThat(Files.isRegularFile(nothing)).isFalse();
        if (Files.exists(full)) {
            assertThatThrownBy(() -> TensorFile.write(full, ONE)).isInstanceOf(IOException.class).hasMessage("/dev/full cannot be written: No space left on device");
        }
    }

    @Test
    void whatALinkPointsToIsWrittenWhetherItIsThereOrNot() throws IOException {
        Path inner = Files.createDirectories(folder.resolve("inner")), link = folder.resolve("link"), second = inner.resolve("second"), last = inner.resolve("last.safetensors");
        Files.createSymbolicLink(link, Path.of("inner/second"));
        Files.createSymbolicLink(second, Path.of("last.safetensors"));
        TensorFile.write(link, ONE);
        assertThat(last).isRegularFile();
        TensorFile.write(link, Map.of("a", Tensor.zeros(2)));
        assertThat(link).isSymbolicLink();
        assertThat(second).isSymbolicLink();
        assertThat(read(last)).containsExactly(0, 0);

        Path self = folder.resolve("self"), nowhere = folder.resolve("nowhere");
        Files.createSymbolicLink(self, self);
        assertThatThrownBy(() -> TensorFile.write(self, ONE)).isInstanceOf(IOException.class)
                .hasMessage(self + " cannot be written: it is a link that leads back to itself; what was there before is untouched");
        Files.createSymbolicLink(nowhere, Path.of("none/a.safetensors"));
        assertThatThrownBy(() -> TensorFile.write(nowhere, ONE)).isInstanceOf(IOException.class)
                .hasMessage(nowhere + " cannot be written: its folder is missing; what was there before is untouched");
    }

    @Test
    void permissionsAreThoseOfTheFileBeforeOrOfAnyNewOne() throws IOException {
        assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).as("permissions are told here").contains("posix");
        Path any = Files.createFile(folder.resolve("any")), path = folder.resolve("a.safetensors");
        TensorFile.write(path, ONE);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(Files.getPosixFilePermissions(any));
        for (String permissions : List.of("rw-rw----", "rwxrwxrwx", "rw-------")) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
            TensorFile.write(path, ONE);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo(permissions);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
        if (Files.isWritable(path)) { // to who may do anything
            TensorFile.write(path, ONE);
        } else {
            assertThatThrownBy(() -> TensorFile.write(path, ONE)).hasMessage(path + " cannot be written: access is denied; what was there before is untouched");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("r--r--r--");
        assertThat(names()).containsExactlyInAnyOrder("any", "a.safetensors");
    }

    @Test
    void whatCannotBeWrittenTellsWhy() throws IOException {
        assertThatThrownBy(() -> TensorFile.write(folder, ONE)).isInstanceOf(IOException.class).hasMessage(folder + " cannot be written: it is a folder; what was there before is untouched");
        Path missing = folder.resolve("none/a.pt"), file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> TensorFile.write(missing, ONE)).hasMessage(missing + " cannot be written: its folder is missing; what was there before is untouched");
        Path below = file.resolve("a.pt"), tooLong = folder.resolve("x".repeat(300));
        assertThatThrownBy(() -> TensorFile.write(below, ONE)).hasMessage(below + " cannot be written: Not a directory; what was there before is untouched");
        assertThatThrownBy(() -> TensorFile.write(tooLong, ONE)).hasMessage(tooLong + " cannot be written: File name too long; what was there before is untouched");
        assertThat(names()).as("and nothing is left").containsExactly("file");
    }

    @Test
    void namesAsLongAsTheFileSystemTakesThem() throws IOException {
        for (String name : List.of("x".repeat(255), "نام".repeat(42), "😀".repeat(63))) {
            TensorFile.write(folder.resolve(name), ONE);
            assertThat(read(folder.resolve(name))).hasSize(3);
        }
        assertThat(names()).hasSize(3);
    }

    @Test
    void writtenAgainIfSomebodyTookItForALeftover() throws IOException {
        Path path = folder.resolve("a");
        int[] times = new int[1];
        Beside.write(path, out -> {
            out.write(times[0]);
            if (times[0]++ < 2) {
                for (String name : names()) {
                    Files.delete(folder.resolve(name));
                }
            }
        });
        assertThat(path).hasBinaryContent(new byte[] {2});
        assertThatThrownBy(() -> Beside.write(path, _ -> {
            for (Path part : Files.newDirectoryStream(folder, "*.part")) {
                Files.delete(part);
            }
        })).hasMessage(path + " cannot be written: somebody deletes what is written beside it; what was there before is untouched");
        assertThat(path).hasBinaryContent(new byte[] {2});
    }

    @Test
    void whatIsBeingWrittenIsNoLeftover() throws Exception {
        Path path = folder.resolve("a"), left = Files.createFile(folder.resolve("a.0123456789abcdef.part")), locked = Files.createFile(folder.resolve("a.1.2.part"));
        CountDownLatch begun = new CountDownLatch(1), go = new CountDownLatch(1);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            try {
                Beside.write(path, out -> {
                    begun.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    out.write(7);
                });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        begun.await();
        try (FileChannel channel = FileChannel.open(locked, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNotNull();
            TensorFile.deleteLeftovers(folder, name -> name.equals("b"));
            assertThat(left).as("of something else").exists();
            TensorFile.deleteLeftovers(folder, name -> name.equals("a"));
        }
        assertThat(left).doesNotExist();
        assertThat(locked).exists();
        assertThat(names()).hasSize(2);
        go.countDown();
        writing.get();
        assertThat(names()).containsExactlyInAnyOrder("a", "a.1.2.part");
    }

    @Test
    void anArchivesFileSystemIsWrittenToUnlessItIsReadOnly() throws IOException {
        Path jar = folder.resolve("a.jar");
        try (FileSystem system = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            Thread.currentThread().interrupt();
            TensorFile.write(system.getPath("a.safetensors"), ONE);
            TensorFile.write(system.getPath("a.safetensors"), ONE);
            assertThat(Thread.interrupted()).isTrue();
            TensorFile.deleteLeftovers(system.getPath("/"), _ -> true);
            assertThat(Files.size(system.getPath("a.safetensors"))).isPositive();
        }
        try (FileSystem system = FileSystems.newFileSystem(jar, Map.of("accessMode", "readOnly"))) {
            assertThatThrownBy(() -> TensorFile.write(system.getPath("b.pt"), ONE)).isInstanceOf(IOException.class)
                    .hasMessage("b.pt cannot be written: its file system is read-only; what was there before is untouched");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SAFETENSORS", "PYTORCH"})
    void aStreamGetsWhatAFileWouldGet(TensorFile.Format format) throws IOException {
        Path path = folder.resolve(format == TensorFile.Format.PYTORCH ? "a.pt" : "a.safetensors");
        TensorFile.write(path, ONE);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TensorFile.write(out, format, List.of(StoredTensor.of("a", Tensor.ones(3))), Map.of());
        assertThat(path).hasBinaryContent(out.toByteArray());
        assertThatThrownBy(() -> TensorFile.write(out, TensorFile.Format.PYTORCH_LEGACY, List.of(), Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("write: PYTORCH_LEGACY; it can only be read; write SAFETENSORS or PYTORCH");
    }
}
