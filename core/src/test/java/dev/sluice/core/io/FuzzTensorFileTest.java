package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the bytes, a file is read or refused. This reads the files beside it; Jazzer makes up others for as long as it is told to with
 * {@code JAZZER_FUZZ=1 mvn test-compile surefire:test@fuzz -pl core -am -Dtest=FuzzTensorFileTest -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class FuzzTensorFileTest {
    @TempDir
    private static Path folder;

    @FuzzTest(maxDuration = "1h")
    void anyBytesAreReadOrRefused(byte[] bytes) throws IOException {
        Path path = Files.write(folder.resolve("file"), bytes);
        try (TensorFile file = TensorFile.open(path)) {
            file.stored().values().forEach(HostileFilesTest::read);
        } catch (DamagedFileException e) {
            assertThat(e).hasMessageStartingWith(path + ": ");
        }
        try (TensorFile file = TensorFile.open("bytes", bytes)) {
            file.stored().values().forEach(HostileFilesTest::read);
        } catch (DamagedFileException e) {
            assertThat(e).hasMessageStartingWith("bytes: ");
        }
        assertThat(folder.toFile().list()).containsExactly("file");
    }
}
