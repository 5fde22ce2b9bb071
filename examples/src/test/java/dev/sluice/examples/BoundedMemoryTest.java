package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.stress.StressData;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fifty epochs in a JVM that has a small heap and may not collect on request. */
class BoundedMemoryTest {
    private static final Pattern EPOCH = Pattern.compile("epoch \\d+ {2}loss \\S+ {2}(\\S+) s .*");

    @TempDir
    private Path folder;

    @Test
    void fiftyEpochsInLittleMemoryNeitherFailNorSlowDown() throws Exception {
        for (String part : List.of("train", "dev", "test")) {
            try (InputStream words = StressData.class.getResourceAsStream("stress-dev.tsv")) {
                Files.copy(words, folder.resolve("stress-" + part + ".tsv"));
            }
        }
        Jvm jvm = Jvm.run(List.of("-Xmx256m", "-XX:+DisableExplicitGC"), WordStress.class, "--data", folder.toString(), "--epochs", "50");
        assertThat(jvm.status()).as(jvm.text()).isZero();
        double[] seconds = jvm.lines().stream().map(EPOCH::matcher).filter(m -> m.matches()).mapToDouble(m -> Double.parseDouble(m.group(1))).toArray();
        assertThat(seconds).hasSize(50);
        double early = median(seconds, 10, 25);
        double late = median(seconds, 35, 50);
        System.out.printf("median of epochs 11 to 25: %.1f s, of epochs 36 to 50: %.1f s%n", early, late);
        assertThat(late).as("median seconds of epochs 36 to 50; of epochs 11 to 25 it was " + early).isLessThanOrEqualTo(2 * early + 0.1);
    }

    private static double median(double[] values, int from, int to) {
        double[] sorted = Arrays.copyOfRange(values, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
