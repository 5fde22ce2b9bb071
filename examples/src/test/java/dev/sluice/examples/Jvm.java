package dev.sluice.examples;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A JVM of its own for a test: what it printed, output and errors together, and how it ended. */
record Jvm(int status, List<String> lines) {
    /** Runs a main class of the class path of the tests, with the module that the vector backend needs and the access that panama-ffm needs. */
    static Jvm run(List<String> options, Class<?> main, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(Arrays.asList(args));
        return start(Map.of(), command);
    }

    /** Runs {@code java} with these arguments and environment variables; those that are to be empty are taken away. */
    static Jvm start(Map<String, String> environment, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().values().removeIf(String::isEmpty);
        Process process = builder.start();
        process.getOutputStream().close();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = reader.lines().filter(line -> !line.equals("WARNING: Using incubator modules: jdk.incubator.vector")).toList();
            return new Jvm(process.waitFor(), lines);
        }
    }

    /** The entries of the class path of the tests whose path contains one of {@code parts}. */
    static String classPath(String... parts) {
        return String.join(File.pathSeparator, Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Arrays.stream(parts).anyMatch(part -> entry.replace(File.separatorChar, '/').contains(part))).toList());
    }

    /** The module path of core with what it requires, and of the entries of the class path that contain one of {@code parts}. */
    static String modules(String... parts) {
        return String.join(File.pathSeparator, classPath("/api/target/classes", "sluice-api-0.1.0-SNAPSHOT.jar", "/core/target/classes", "sluice-core-0.1.0-SNAPSHOT.jar", "jackson-core"),
                classPath(parts));
    }

    String text() {
        return String.join("\n", lines);
    }
}
