package dev.sluice.examples;

import dev.sluice.examples.benchmark.RateProfiler;
import dev.sluice.examples.benchmark.SluiceWorker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the JMH benchmarks; arguments are JMH's: a pattern of names, {@code -p work=PACKED_WORDS -p backend=vector}, {@code -h} for all. Unless told otherwise it measures every backend that is usable here,
 * and beside the time the rate, its share of the machine's limit, and the bytes that are allocated.
 */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] args) throws IOException, RunnerException {
        try {
            run(args);
        } catch (CommandLineOptionException e) {
            System.exit(Program.refuse("Benchmarks", e.getMessage() + "; -h shows what can be given"));
        } catch (NoBenchmarksException e) {
            System.exit(Program.refuse("Benchmarks", "no benchmark is named so; -l lists them"));
        }
    }

    private static void run(String... args) throws IOException, RunnerException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(args);
        if (options.shouldHelp() || options.shouldList() || options.shouldListWithParams() || options.shouldListProfilers() || options.shouldListResultFormats()) {
            Main.main(args);
            return;
        }
        ChainedOptionsBuilder builder = new OptionsBuilder().parent(options);
        if (!options.getParameter("backend").hasValue()) {
            builder.param("backend", usable().toArray(String[]::new));
        }
        if (options.getProfilers().isEmpty()) {
            builder.addProfiler(RateProfiler.class).addProfiler(GCProfiler.class);
        }
        new Runner(builder.build()).run();
    }

    /** The backends that can be used in a JVM with the flags of the benchmarks, which this one need not have. */
    static List<String> usable() throws IOException {
        Process process = new ProcessBuilder(SluiceWorker.forAnyBackend(ListBackends.class)).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().filter(line -> line.matches("\\S+ +usable .*")).map(line -> line.substring(0, line.indexOf(' '))).toList();
        }
    }
}
