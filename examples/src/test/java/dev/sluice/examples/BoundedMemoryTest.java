package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.examples.stress.StressData;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fifty epochs in a JVM that has a small heap and may not collect on request. Their time is that of the process, its collector's with it, whatever else the machine does. */
class BoundedMemoryTest {
    private static final Pattern EPOCH = Pattern.compile("(\\d+) ns epoch \\d+ {2}loss .*");

    /** The program, the lines of whose epochs begin with the time that the process has used. */
    static final class Timed {
        public static void main(String[] args) {
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            PrintStream out = System.out;
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8) {
                @Override
                public PrintStream printf(Locale locale, String format, Object... arguments) {
                    return super.printf(locale, system.getProcessCpuTime() + " ns " + format, arguments);
                }
            });
            WordStress.main(args);
        }
    }

    @TempDir
    private Path folder;

    @Test
    void fiftyEpochsInLittleMemoryNeitherFailNorSlowDown() throws Exception {
        for (String part : List.of("train", "dev", "test")) {
            try (InputStream words = StressData.class.getResourceAsStream("stress-dev.tsv")) {
                Files.copy(words, folder.resolve("stress-" + part + ".tsv"));
            }
        }
        Jvm jvm = Jvm.run(List.of("-Xmx256m", "-XX:+DisableExplicitGC"), Timed.class, "--data", folder.toString(), "--epochs", "50", "--threads", "1");
        assertThat(jvm.status()).as(jvm.text()).isZero();
        double[] used = jvm.lines().stream().map(EPOCH::matcher).filter(Matcher::matches).mapToDouble(m -> Long.parseLong(m.group(1)) / 1e9).toArray();
        assertThat(used).hasSize(50);
        double[] seconds = IntStream.range(0, 50).mapToDouble(i -> used[i] - (i == 0 ? 0 : used[i - 1])).toArray();
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
