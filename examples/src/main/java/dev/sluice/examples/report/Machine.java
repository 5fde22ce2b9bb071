package dev.sluice.examples.report;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Limits;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where and when something was measured.
 *
 * @param processors as many as the JVM sees
 * @param flags of the JVM
 * @param commit of the working copy, with {@code +} if it was changed; {@code unknown} outside of one
 * @param lanes how many float32 numbers a vector has
 * @param multiplyAdds operations per second of one core between registers, two to a multiply-add
 * @param reads bytes per second that one core reads again and again from 512 KiB
 * @param backends what each says of itself
 */
public record Machine(String processor, int processors, String system, String java, List<String> flags, String date, String commit, int lanes, double multiplyAdds, double reads,
        Map<String, String> backends) {
    /** This one, today. */
    public static Machine here() throws IOException {
        try (Workers workers = Workers.of(1)) {
            Map<String, String> backends = Backends.discover(workers).usable().stream().collect(Collectors.toMap(Backend::name, Backend::description, (a, _) -> a, TreeMap::new));
            return new Machine(processorHere(), Runtime.getRuntime().availableProcessors(), System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                    System.getProperty("java.vm.name") + " " + Runtime.version(), ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(flag -> !flag.endsWith("=")).toList(),
                    LocalDate.now().toString(), commitHere(), Limits.lanes(), Limits.multiplyAdds(1), Limits.reads(1 << 19, 1), backends);
        }
    }

    private static String processorHere() throws IOException {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        if (Files.exists(cpuinfo)) {
            try (Stream<String> lines = Files.lines(cpuinfo)) {
                return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).trim()).findFirst().orElse("unknown");
            }
        }
        return System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "unknown");
    }

    private static String commitHere() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty=+").redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return commit.isEmpty() ? "unknown" : commit;
        } catch (IOException noGit) {
            return "unknown";
        }
    }
}
