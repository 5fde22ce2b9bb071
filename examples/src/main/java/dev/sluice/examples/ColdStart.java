package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Workload;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how long a new process takes to its first forward pass of the notebook's shape, and until passes are as fast as they get: each backend, and PyTorch. */
@Command(name = "ColdStart", description = "Starts a process for each backend, and one for PyTorch if --python names one that has it, some rounds in turn; prints the "
        + "median time from the start of the process to its first result, and to steady speed: from when on 20 passes take at most 1.5 times as long as in the end.")
public final class ColdStart implements Runnable {
    private static final double SECONDS = 4;
    private static final int STEADY = 20;

    @Option(names = "--python", description = "a Python that has torch; PyTorch is left out unless given")
    private String python;

    @Option(names = "--rounds", description = "5 unless given", defaultValue = "5")
    private int rounds;

    @Option(names = "--here", hidden = true, description = "measures in this process: the name of the backend")
    private String here;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    /** For the command line. */
    public ColdStart() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new ColdStart()).execute(args));
    }

    @Override
    public void run() {
        try {
            if (here != null) {
                passes();
            } else {
                compare();
            }
        } catch (IOException | InterruptedException e) {
            throw new CommandLine.ParameterException(new CommandLine(this), "ColdStart: " + e.getMessage(), e);
        }
    }

    /** Prints when the first pass ended and, later, how long after that passes were steady. */
    private void passes() {
        Backend backend = Backends.discover(Workers.of(1)).named(here);
        Workload.Passes passes = Workload.NOTEBOOK.on(backend);
        passes.forward();
        System.out.println("first");
        List<Long> ends = new ArrayList<>();
        long begin = System.nanoTime();
        for (long now = begin; now < begin + (long) (SECONDS * 1e9); now = System.nanoTime()) {
            ends.add(now);
            passes.forward();
        }
        long[] times = new long[ends.size() - 1];
        Arrays.setAll(times, i -> ends.get(i + 1) - ends.get(i));
        long[] late = Arrays.stream(times).skip(times.length / 2).sorted().toArray();
        System.out.println((ends.get(steady(times, 1.5 * late[late.length / 2])) - begin) / 1e9);
    }

    private static int steady(long[] times, double enough) {
        int run = 0;
        for (int i = 0; i < times.length; i++) {
            run = times[i] <= enough ? run + 1 : 0;
            if (run == STEADY) {
                return i - STEADY + 1;
            }
        }
        return times.length - 1;
    }

    private void compare() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>(Backends.discover(Workers.of(1)).usable().stream().map(Backend::name).toList());
        Path script = Files.createTempFile("sluice-cold-start", ".py");
        try (InputStream source = ColdStart.class.getResourceAsStream("benchmark/cold_start.py")) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        if (python != null) {
            names.add("PyTorch");
        }
        double[][] first = new double[names.size()][rounds], steady = new double[names.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int k = 0; k < names.size(); k++) {
                List<String> command = names.get(k).equals("PyTorch") ? List.of(python, script.toString()) : List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules", "jdk.incubator.vector", "-cp", absolute(System.getProperty("java.class.path")), ColdStart.class.getName(), "--here", names.get(k));
                double[] times = start(command);
                first[k][round] = times[0];
                steady[k][round] = times[1];
            }
        }
        Files.delete(script);
        System.out.printf("%-10s %20s %20s%n", "", "first result, s", "steady speed, s");
        for (int k = 0; k < names.size(); k++) {
            Arrays.sort(first[k]);
            Arrays.sort(steady[k]);
            System.out.printf(Locale.ROOT, "%-10s %20.2f %20.2f%n", names.get(k), first[k][rounds / 2], steady[k][rounds / 2]);
        }
    }

    private static String absolute(String classPath) {
        return String.join(File.pathSeparator, Arrays.stream(classPath.split(File.pathSeparator)).map(entry -> Path.of(entry).toAbsolutePath().toString()).toList());
    }

    /** Seconds from the start of the process to the first result and to steady speed. */
    private static double[] start(List<String> command) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            String word = lines.readLine();
            double first = (System.nanoTime() - begin) / 1e9;
            String more = lines.readLine();
            process.waitFor();
            if (!"first".equals(word) || more == null) {
                throw new IOException("a process failed: " + String.join(" ", command));
            }
            return new double[] {first, first + Double.parseDouble(more)};
        }
    }
}
