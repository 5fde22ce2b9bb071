package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.SluiceWorker;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A library in a process of its own.
 *
 * @param command starts it
 * @param shippedBytes what a program that uses it has to carry
 */
record Library(List<String> command, long shippedBytes) {
    /** Folders of modules that were built with the profile {@code peers}, and their programs. */
    private static final Map<String, String> WORKERS = Map.of("onnxruntime", "OnnxRuntimeWorker", "djl", "DJLWorker", "dl4j", "DL4JWorker");

    /** One of our backends: the jars of api, core and the backend, and what they need. */
    static Library sluice(String backend) throws IOException {
        List<String> parts = new ArrayList<>(List.of("/api/", "sluice-api", "/core/", "sluice-core", "jackson-core", "backend-" + backend));
        if (backend.equals("panama-ffm")) {
            parts.add("openblas");
        }
        return new Library(SluiceWorker.command(backend), size(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).filter(entry -> parts.stream().anyMatch(entry::contains)).toList()));
    }

    /** The libraries for the JVM that were built in a folder; there may be none. */
    static List<Library> builtIn(Path peers) throws IOException {
        List<Library> built = new ArrayList<>();
        for (String name : WORKERS.keySet().stream().sorted().toList()) {
            Path target = peers.resolve(name).resolve("target"), file = target.resolve("classpath.txt");
            if (Files.exists(file)) {
                List<String> jars = Arrays.stream(Files.readString(file).trim().split(File.pathSeparator)).toList();
                String classPath = target.resolve("classes") + File.pathSeparator + String.join(File.pathSeparator, jars);
                built.add(new Library(Peer.java("--enable-native-access=ALL-UNNAMED", "-cp", classPath, "dev.sluice.peers." + name + "." + WORKERS.get(name)), size(jars.stream().filter(jar -> !jar.contains("sluice")).toList())));
            }
        }
        return built;
    }

    /** PyTorch in a Python that has it, of which its own folder is counted. */
    static Library pyTorch(String python) throws IOException {
        Process process = new ProcessBuilder(python, "-c", "import os, torch; print(os.path.dirname(torch.__file__))").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String folder = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (folder.isEmpty()) {
            throw new IOException("--python " + python + ": it has no torch");
        }
        return new Library(Peer.python(python, "pytorch.py"), size(List.of(folder)));
    }

    /** Bytes of files and of all in folders. */
    private static long size(List<String> paths) throws IOException {
        long size = 0;
        for (String path : paths) {
            try (Stream<Path> files = Files.walk(Path.of(path))) {
                for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                    size += Files.size(file);
                }
            }
        }
        return size;
    }
}
