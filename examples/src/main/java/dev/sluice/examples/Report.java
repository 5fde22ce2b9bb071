package dev.sluice.examples;

import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Workload;
import dev.sluice.examples.report.Comparison;
import dev.sluice.examples.report.Reporter;
import dev.sluice.examples.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures everything and writes a folder: results.json, report.html with charts, and tables.md. */
@Command(name = "Report", sortOptions = false, usageHelpAutoWidth = true, description = "Measures the backends and other libraries on this machine, and writes results.json, report.html and tables.md. "
        + "All of it takes about an hour, in which nothing else should run.")
public final class Report implements Callable<Integer> {
    @Option(names = "--output", required = true, paramLabel = "FOLDER", description = "where to")
    private Path output;

    @Option(names = "--sections", split = ",", description = "some of shapes,scaling,starts,kernels; what is left out stays as it is in results.json; all unless given")
    private List<Reporter.Section> sections = List.of(Reporter.Section.values());

    @Option(names = "--python", converter = Program.FileOrName.class, description = "a Python that has torch; PyTorch is left out unless given")
    private String python;

    @Option(names = "--peers", paramLabel = "FOLDER", description = "where other libraries for the JVM were built with -Ppeers; they are left out unless given")
    private Path peers;

    @Option(names = "--shapes", split = ",", description = "some of the standard shapes, such as notebook,packed-words; all unless given")
    private List<String> shapes = Arrays.stream(Workload.values()).map(Workload::title).toList();

    @Option(names = "--threads", split = ",", description = "numbers of threads; 1,2 unless given", defaultValue = "1,2")
    private List<Integer> threads;

    @Option(names = "--rounds", description = "how often each takes its turn; 5 unless given", defaultValue = "5")
    private int rounds;

    @Option(names = "--warm-up", description = "seconds for which each runs before it is measured, twice, and again as long as it gets faster; 0.75 unless given", defaultValue = "0.75")
    private double warmUp;

    @Option(names = "--seconds", description = "how long each turn lasts; 0.3 unless given", defaultValue = "0.3")
    private double seconds;

    @Option(names = "--draw", description = "measures nothing, but writes page and tables of results.json again")
    private boolean draw;

    @Option(names = "--against", paramLabel = "FILE", description = "measures nothing, but says which ratios of the results in the output folder lie outside of the range that they have in this results.json")
    private Path against;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Report() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when a library or a file is not there or something is wrong with the arguments. */
    static int run(String... args) {
        return Program.run(new Report(), args);
    }

    @Override
    public Integer call() throws IOException {
        Path file = output.resolve("results.json");
        if (against != null) {
            System.out.println(new Comparison(Results.read(against), Results.read(file)).text());
            return 0;
        }
        if (draw) {
            Reporter.draw(file);
            System.out.println("written: " + file.resolveSibling("report.html") + ", tables.md");
            return 0;
        }
        Program.require(rounds >= 1, "--rounds " + rounds + ": at least 1");
        List<Workload> chosen = shapes.stream().map(title -> Program.of("--shapes ", () -> Workload.titled(title))).toList();
        Set<Reporter.Section> wanted = EnumSet.copyOf(sections);
        Files.createDirectories(output);
        new Reporter(python, peers, new Contest(rounds, warmUp, seconds)).measure(file, wanted, chosen, threads);
        System.out.println("written: " + file + ", report.html, tables.md");
        return 0;
    }
}
