package dev.sluice.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process that is not only promised to it. */
final class Resident {
    private static final Path STATUS = Path.of("/proc/self/status");

    private Resident() {}

    /** In megabytes; 0 where the system does not tell. */
    static long megabytes() throws IOException {
        return field("VmRSS:");
    }

    /** The most since the process began. */
    static long mostMegabytes() throws IOException {
        return field("VmHWM:");
    }

    private static long field(String name) throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith(name)).mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10).findFirst().orElse(0);
    }
}
