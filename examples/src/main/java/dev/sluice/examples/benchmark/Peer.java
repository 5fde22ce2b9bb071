package dev.sluice.examples.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Another library, or Sluice, in a process of its own that does the work it is asked for: a {@link Worker} in Java, or a script in Python that speaks as one. */
public final class Peer implements AutoCloseable {
    /** For glibc's malloc, which else gives the large blocks of each pass back to the system: getting them again takes some libraries longer than the pass. */
    private static final Map<String, String> KEEPING_MEMORY = Map.of("MALLOC_MMAP_THRESHOLD_", "4294967296", "MALLOC_TRIM_THRESHOLD_", "8589934592");

    private final Process process;
    private final PrintWriter requests;
    private final BufferedReader answers;
    private final Thread reader;
    private final String name;
    private volatile String lastError = "it ended without a word";

    /**
     * @throws IOException when it cannot be started, or ends at once; the message is the last line it wrote to standard error
     */
    public Peer(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        KEEPING_MEMORY.forEach(builder.environment()::putIfAbsent);
        process = builder.start();
        reader = Thread.ofVirtual().start(() -> process.errorReader(StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).forEach(line -> lastError = line));
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        name = answer();
    }

    /** {@code java} as it runs here, with these arguments. */
    public static List<String> java(String... arguments) {
        return Stream.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()), Arrays.stream(arguments)).toList();
    }

    /** A script of this package's resources. */
    public static List<String> python(String python, String resource) throws IOException {
        try (InputStream source = Peer.class.getResourceAsStream(resource)) {
            return List.of(python, "-c", new String(source.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** The library with its version. */
    public String name() {
        return name;
    }

    /**
     * The seconds of each pass.
     *
     * @throws UnsupportedOperationException with the reason, when the library cannot do it
     */
    public double[] times(Request request) throws IOException {
        requests.println(request.line());
        String[] answer = answer().split(" ");
        if (!answer[0].equals("times")) {
            throw new UnsupportedOperationException(String.join(" ", Arrays.asList(answer).subList(1, answer.length)));
        }
        return Arrays.stream(answer).skip(1).mapToDouble(Double::parseDouble).toArray();
    }

    private String answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException(lastError);
        }
        return line;
    }

    /** The most memory that the process has had, in bytes, where the system tells (Linux does). */
    public OptionalLong peakMemory() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        return !Files.exists(status) ? OptionalLong.empty()
                : Files.readAllLines(status).stream().filter(line -> line.startsWith("VmHWM:")).mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).findFirst();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
