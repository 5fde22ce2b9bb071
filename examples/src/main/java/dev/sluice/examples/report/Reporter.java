package dev.sluice.examples.report;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.runner.RunnerException;

/** Measures section by section, and writes what there is after each. */
public final class Reporter {
    private static final String PYTORCH = "PyTorch";

    private final Contest contest;
    private final Map<String, Library> sluice = new LinkedHashMap<>();
    private final Map<String, Library> others = new LinkedHashMap<>();

    /** What can be measured on its own. */
    public enum Section {
        SHAPES, SCALING, STARTS, KERNELS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * @param python that has PyTorch; or null
     * @param peers where other libraries for the JVM were built; or null
     * @throws IOException when one of these is not there
     */
    public Reporter(String python, Path peers, Contest contest) throws IOException {
        this.contest = contest;
        try (Workers workers = Workers.of(1)) {
            for (Backend backend : Backends.discover(workers).usable()) {
                sluice.put(backend.name(), Library.sluice(backend.name()));
            }
        }
        if (python != null) {
            add(Library.pyTorch(python));
        }
        if (peers != null) {
            List<Library> built = Library.builtIn(peers);
            if (built.isEmpty()) {
                throw new IOException("--peers " + peers + ": nothing is built there; mvn -q -Ppeers package -DskipTests, and the folder peers, are required");
            }
            for (Library library : built) {
                add(library);
            }
        }
    }

    private void add(Library library) throws IOException {
        try (Peer peer = new Peer(library.command())) {
            others.put(peer.name(), library);
        }
    }

    /** Measures some sections; {@code file} keeps the others as they are. */
    public void measure(Path file, Set<Section> sections, List<Workload> shapes, List<Integer> threads) throws IOException {
        Results results = Files.exists(file) ? Results.read(file) : Results.none(Machine.here());
        for (Section section : sections) {
            results = switch (section) {
                case SHAPES -> results.withShapes(Machine.here(), shapes(shapes, threads));
                case SCALING -> results.withScaling(scaling());
                case STARTS -> results.withStarts(starts());
                case KERNELS -> results.withKernels(kernels());
            };
            results.write(file);
            draw(file);
        }
    }

    /** Writes the page and the tables of what has been measured. */
    public static void draw(Path file) throws IOException {
        Results results = Results.read(file);
        Files.writeString(file.resolveSibling("tables.md"), Tables.of(results));
        Files.writeString(file.resolveSibling("report.html"), Page.of(results));
    }

    private List<Measurement> shapes(List<Workload> shapes, List<Integer> threads) throws IOException {
        try (Contenders contenders = new Contenders(contest, List.copyOf(others.values()))) {
            return new Shapes(contest, shapes, threads).measure(contenders, what -> progress(Section.SHAPES, what));
        }
    }

    /** Of other libraries, PyTorch only. */
    private List<Curve> scaling() throws IOException {
        Map<String, Library> compared = new LinkedHashMap<>(others);
        compared.keySet().removeIf(name -> !name.startsWith(PYTORCH));
        try (Contenders contenders = new Contenders(contest, List.copyOf(compared.values()))) {
            compared.put(Results.OURS, sluice.get(Results.OURS));
            return new Scaling(new Contest(Math.min(3, contest.rounds()), contest.warmUp() / 2, contest.seconds() / 2)).measure(contenders, Runtime.getRuntime().availableProcessors(), compared,
                    what -> progress(Section.SCALING, what));
        }
    }

    private List<Footprint> starts() throws IOException {
        Map<String, Library> all = new LinkedHashMap<>(sluice);
        all.putAll(others);
        return new Starts(contest.rounds()).measure(all, what -> progress(Section.STARTS, what));
    }

    private List<Kernel> kernels() throws IOException {
        progress(Section.KERNELS, "JMH, some minutes");
        try {
            return new Kernels(List.copyOf(sluice.keySet())).measure();
        } catch (RunnerException e) {
            throw new IOException("JMH: " + e.getMessage(), e);
        }
    }

    private static void progress(Section section, String what) {
        System.out.printf(Locale.ROOT, "%tT  %s: %s%n", LocalTime.now(), section, what);
    }
}
