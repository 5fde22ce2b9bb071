package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the bytes, a file is read or refused, and so is each tensor in it. This reads the files beside it, of which most checkpoints have no checksums, for they would hide all else
 * that is wrong; Jazzer makes up others for as long as it is told to with
 * {@code JAZZER_FUZZ=1 mvn test-compile surefire:test@fuzz -pl core -am -Dtest=FuzzTensorFileTest -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FuzzTensorFileTest {
    @TempDir
    private static Path folder;

    @FuzzTest(maxDuration = "1h")
    void anyBytesAreReadOrRefused(byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("file"), bytes);
        read(path.toString(), () -> TensorFile.open(path));
        read("bytes", () -> TensorFile.open("bytes", bytes));
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    private interface Opening {
        TensorFile open() throws IOException;
    }

    /** All of it, one after the other, as far as it can be. */
    private static void read(String name, Opening opening) throws IOException {
        try (TensorFile file = opening.open()) {
            for (StoredTensor stored : file.stored().values()) {
                try {
                    HostileFilesTest.read(stored);
                } catch (UncheckedIOException e) {
                    assertThat(e.getCause()).isInstanceOf(DamagedFileException.class).hasMessageStartingWith(name + ": tensor \"");
                }
            }
        } catch (DamagedFileException e) {
            assertThat(e).hasMessageStartingWith(name + ": ");
        }
    }
}
