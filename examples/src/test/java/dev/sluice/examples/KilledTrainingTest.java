package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.stress.StressData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is killed again and again ends with the bits of one that ran through. {@code -Dsluice.kills=50} kills it so often. */
class KilledTrainingTest {
    private static final int KILLS = Integer.getInteger("sluice.kills", 5);

    @TempDir
    private Path folder;

    private Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dsluice.backend=scalar", "-cp", System.getProperty("java.class.path"),
                WordStress.class.getName(), "--data", "" + folder, "--hidden", "16", "--epochs", "" + 3 * (KILLS + 3), "--patience", "1000", "--every", "3"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("printed").toFile()).start();
    }

    @Test
    void endsWithTheBitsOfOneThatRanThrough() throws Exception {
        try (InputStream words = StressData.class.getResourceAsStream("stress-dev.tsv")) {
            List<String> lines = new String(words.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            Files.write(folder.resolve("stress-train.tsv"), lines.subList(0, 1500));
            Files.write(folder.resolve("stress-dev.tsv"), lines.subList(1500, 1600));
            Files.write(folder.resolve("stress-test.tsv"), lines.subList(1600, 1700));
        }
        Path whole = folder.resolve("whole.safetensors"), killed = folder.resolve("killed.safetensors"), checkpoints = folder.resolve("checkpoints");
        assertThat(start("--model", "" + whole).waitFor()).as(Files.readString(folder.resolve("printed"))).isZero();

        String[] resumable = {"--checkpoints", "" + checkpoints, "--resume", "--model", "" + killed};
        Random moments = new Random(1);
        int kills = 0;
        while (kills < KILLS) {
            Process process = start(resumable);
            while (process.isAlive() && Files.size(folder.resolve("printed")) == 0) { // until the JVM has started, however busy the machine is
                Thread.sleep(10);
            }
            if (process.waitFor(300 + moments.nextInt(700), TimeUnit.MILLISECONDS)) { // somewhere in the training
                break; // it was done before
            }
            process.destroyForcibly().waitFor();
            kills++;
        }
        assertThat(start(resumable).waitFor()).as(Files.readString(folder.resolve("printed"))).isZero();
        assertThat(Files.mismatch(killed, whole)).as("the first byte that differs in the model after " + kills + " kills").isEqualTo(-1);
        assertThat(kills).as("kills before it was done").isPositive();
        assertThat(checkpoints.toFile().list()).as("the last three, and nothing half-written").hasSize(3);
    }
}
