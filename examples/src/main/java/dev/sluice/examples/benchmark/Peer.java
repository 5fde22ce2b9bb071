package dev.sluice.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Another library in a Python process of its own, which does the same work when asked. */
public final class Peer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path script;
    private final Process process;
    private final PrintWriter requests;
    private final BufferedReader answers;
    private final String name;

    /**
     * Starts a script of this package's resources.
     *
     * @throws IOException when there is no such Python, or it lacks the library; the message is Python's
     */
    public Peer(String python, String resource) throws IOException {
        script = Files.createTempFile("sluice-peer", ".py");
        try (InputStream source = Peer.class.getResourceAsStream(resource)) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        process = new ProcessBuilder(List.of(python, script.toString())).redirectError(ProcessBuilder.Redirect.PIPE).start();
        requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        name = answer().get("name").asText();
    }

    /** The library with its version. */
    public String name() {
        return name;
    }

    /** The median time of a pass, in microseconds, over {@code seconds}. */
    public double median(Workload work, boolean training, int threads, double seconds) throws IOException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("steps", work.steps);
        request.put("batch", work.batch);
        request.put("input", work.input);
        request.put("hidden", work.hidden);
        request.put("layers", work.layers);
        request.put("bidirectional", work.directions == 2);
        request.put("lengths", work.lengths.length == 0 ? null : work.lengths);
        request.put("training", training);
        request.put("threads", threads);
        request.put("seconds", seconds);
        requests.println(JSON.writeValueAsString(request));
        return answer().get("median").asDouble();
    }

    private JsonNode answer() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            List<String> errors = process.errorReader(StandardCharsets.UTF_8).lines().toList();
            throw new IOException(errors.isEmpty() ? "Python ended without a word" : errors.getLast());
        }
        return JSON.readTree(line);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.deleteIfExists(script);
    }
}
