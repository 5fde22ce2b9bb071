package dev.sluice.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Contender;
import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Limits;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Series;
import dev.sluice.examples.benchmark.Workload;
import dev.sluice.examples.terminal.TerminalBar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A first table of the backends on the class path, in two minutes; and a guard that says which of them has fallen back. */
@Command(name = "CompareBackends", sortOptions = false, usageHelpAutoWidth = true, description = "Times some of the standard shapes on every usable backend, in turn, and prints how fast each is, "
        + "how much of one core's limit that is, and how many times as fast as scalar.")
public final class CompareBackends implements Callable<Integer> {
    private static final List<Workload> SHAPES = List.of(Workload.NOTEBOOK, Workload.STREAM, Workload.MEDIUM, Workload.PACKED_WORDS);
    private static final String REFERENCE = "scalar", GUARDED = "vector";
    private static final int TRIES = 3; // of the guard: other work on the machine may keep the compiler from what is measured
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--rounds", description = "how often each takes its turn; 5 unless given", defaultValue = "5")
    private int rounds;

    @Option(names = "--warm-up", description = "seconds for which each runs before it is measured, twice, and again as long as it gets faster; 0.5 unless given", defaultValue = "0.5")
    private double warmUp;

    @Option(names = "--seconds", description = "how long each turn lasts; 0.2 unless given", defaultValue = "0.2")
    private double seconds;

    @Option(names = "--guard", paramLabel = "FILE", description = "compares how far vector is ahead of scalar with what is stored there, and fails if it is less than half as far, three times in a row")
    private Path guard;

    @Option(names = "--store", paramLabel = "FILE", description = "stores how far it is ahead there")
    private Path store;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public CompareBackends() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, 1 when a backend has fallen back by half, 2 when a file cannot be read or something is wrong with the arguments. */
    static int run(String... args) {
        return Program.run(new CompareBackends(), args);
    }

    @Override
    public Integer call() throws IOException {
        Program.require(rounds >= 1, "--rounds " + rounds + ": at least 1");
        Program.require(guard == null || Files.exists(guard), "--guard " + guard + ": there is no such file; one that --store FILE wrote");
        Program.require(store == null || Files.isDirectory(store.getParent()), "--store " + store + ": its folder is missing; one that is there");
        try (Workers workers = Workers.of(1)) {
            List<Backend> backends = Backends.discover(workers).usable();
            for (int attempt = 1; ; attempt++) {
                Map<String, Series> ahead = measure(backends);
                if (store != null) {
                    store(ahead);
                }
                if (guard == null || holds(guard, ahead)) {
                    return 0;
                }
                if (attempt == TRIES) {
                    return 1;
                }
                System.out.println("guard: measured once more, for other work may have been in the way");
            }
        }
    }

    /** Prints the table; how many times as fast as scalar vector is, for each shape and pass. */
    private Map<String, Series> measure(List<Backend> backends) throws IOException {
        double limit = Limits.multiplyAdds(2 * warmUp);
        List<Measurement> lines = new ArrayList<>();
        Contest contest = new Contest(rounds, warmUp, seconds);
        contest.compile(backends);
        List<Contender> contenders = backends.stream().map(Contender::of).toList();
        try (TerminalBar bar = new TerminalBar("turns", SHAPES.size() * 2L * rounds * backends.size())) {
            for (Workload shape : SHAPES) {
                for (boolean training : new boolean[] {false, true}) {
                    lines.addAll(contest.of(shape.title(), shape.work(), training, 1, contenders, bar::step));
                }
            }
        }
        System.out.printf(Locale.ROOT, "One thread, %d rounds; the limit of one core is %.1f GFLOP/s. The last column: times as fast as scalar, the median of the rounds (lowest … highest).%n", rounds, limit / 1e9);
        Map<String, Series> ahead = new LinkedHashMap<>();
        for (Measurement line : lines) {
            if (line.unsupported() != null) {
                System.out.printf(Locale.ROOT, "%-13s %-9s %-11s not measured: %s%n", line.shape(), line.pass(), line.by(), line.unsupported());
                continue;
            }
            Optional<Series> ratio = lines.stream().filter(other -> other.by().equals(REFERENCE) && other.unsupported() == null && other.isOf(line)).findFirst().map(reference -> reference.series().over(line.series()));
            System.out.printf(Locale.ROOT, "%-13s %-9s %-11s %10.1f µs %8.1f GFLOP/s %5.1f %% %s%n", line.shape(), line.pass(), line.by(), line.series().median() * 1e6, line.rate() / 1e9,
                    100 * line.rate() / limit, ratio.map(r -> String.format(Locale.ROOT, "%6.2f  (%.2f … %.2f)", r.median(), r.lowest(), r.highest())).orElse(""));
            if (line.by().equals(GUARDED)) {
                ratio.ifPresent(r -> ahead.put(line.shape() + " " + line.pass(), r));
            }
        }
        return ahead;
    }

    /** Ratios depend on how many numbers a vector has. */
    private static String machine() {
        return Limits.lanes() + " lanes";
    }

    private void store(Map<String, Series> ahead) throws IOException {
        ObjectNode all = Files.exists(store) ? (ObjectNode) JSON.readTree(store.toFile()) : JSON.createObjectNode();
        ObjectNode mine = all.putObject(machine());
        ahead.forEach((what, series) -> mine.putObject(what).put("median", rounded(series.median())).put("lowest", rounded(series.lowest())));
        JSON.writerWithDefaultPrettyPrinter().writeValue(store.toFile(), all);
        System.out.println("stored " + ahead.size() + " ratios for " + machine() + " in " + store);
    }

    private static double rounded(double ratio) {
        return Math.round(ratio * 100) / 100.0;
    }

    /** Whether none has fallen by more than half; those that have fallen out of what was measured are named. */
    static boolean holds(Path guard, Map<String, Series> ahead) throws IOException {
        JsonNode stored = JSON.readTree(guard.toFile()).path(machine());
        if (stored.isMissingNode() || ahead.isEmpty()) {
            System.out.println("guard: nothing is stored for " + machine() + " in " + guard + ", or vector and scalar are not both usable; nothing was compared");
            return true;
        }
        boolean holds = true;
        int fallen = 0;
        for (Map.Entry<String, Series> entry : ahead.entrySet()) {
            JsonNode before = stored.path(entry.getKey());
            Series now = entry.getValue();
            if (before.isMissingNode() || now.highest() >= before.path("lowest").asDouble()) {
                continue;
            }
            fallen++;
            boolean half = now.median() < before.path("median").asDouble() / 2;
            holds &= !half;
            System.out.printf(Locale.ROOT, "guard: %s: vector is %.2f times as fast as scalar (at most %.2f); it was %.2f (at least %.2f)%s%n", entry.getKey(), now.median(), now.highest(),
                    before.path("median").asDouble(), before.path("lowest").asDouble(), half ? ", more than twice as much" : "");
        }
        System.out.println("guard: " + (fallen == 0 ? "nothing has fallen" : fallen + " of " + ahead.size() + " have fallen") + (holds ? "" : ", some by more than half"));
        return holds;
    }
}
