package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Contender;
import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.Request;
import dev.sluice.examples.benchmark.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** How time and memory grow, from 50 steps of 16 sequences, 128 to 128, on one thread: with one of these at a time. */
record Scaling(Contest contest) {
    private static final int STEPS = 50, BATCH = 16, SIZE = 128;

    /** What is varied, and the work at each value of it. */
    private record Axis(String name, int[] at, IntFunction<Work> work) {}

    private static final List<Axis> AXES = List.of(
            new Axis("steps", new int[] {6, 12, 25, 50, 100, 200}, steps -> new Work(steps, BATCH, SIZE, SIZE, 1, 1)),
            new Axis("sequences in the batch", new int[] {1, 2, 4, 8, 16, 32, 64, 128}, batch -> new Work(STEPS, batch, SIZE, SIZE, 1, 1)),
            new Axis("input and hidden size", new int[] {16, 32, 64, 128, 256, 512}, size -> new Work(STEPS, BATCH, size, size, 1, 1)),
            new Axis("layers", new int[] {1, 2, 4, 8}, layers -> new Work(STEPS, BATCH, SIZE, SIZE, layers, 1)));

    /** Lengths from 50 − s to 50 + s. */
    private static final int[] SPREADS = {0, 12, 25, 37, 49};

    /**
     * @param threads up to which their number is varied
     * @param libraries whose memory is compared, by what a table calls them
     */
    List<Curve> measure(Contenders contenders, int threads, Map<String, Library> libraries, Consumer<String> progress) throws IOException {
        List<Curve> curves = new ArrayList<>();
        for (boolean training : new boolean[] {false, true}) {
            contenders.on(1, all -> {
                for (Axis axis : AXES) {
                    progress.accept(axis.name + (training ? ", training" : ", forward"));
                    curves.addAll(curves(axis, training, all, libraries));
                }
            });
            progress.accept(training ? "threads, training" : "threads, forward");
            curves.addAll(threads(contenders, training, threads));
            progress.accept(training ? "spread of lengths, training" : "spread of lengths, forward");
            curves.addAll(spread(contenders, training));
        }
        return curves;
    }

    private List<Curve> curves(Axis axis, boolean training, List<Contender> all, Map<String, Library> libraries) throws IOException {
        List<List<Measurement>> points = new ArrayList<>();
        for (int at : axis.at) {
            points.add(contest.of(axis.name, axis.work.apply(at), training, 1, all, () -> {}));
        }
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int line = i;
            String by = all.get(i).name();
            double[] bytes = libraries.containsKey(by) ? memory(libraries.get(by), axis, training) : new double[0];
            if (points.stream().allMatch(point -> point.get(line).unsupported() == null)) {
                curves.add(new Curve(axis.name, pass(training), by, Arrays.stream(axis.at).asDoubleStream().toArray(), points.stream().mapToDouble(point -> point.get(line).series().median()).toArray(), bytes));
            }
        }
        return curves;
    }

    /** The most memory of a new process that runs a few passes, for each value. */
    private static double[] memory(Library library, Axis axis, boolean training) throws IOException {
        double[] bytes = new double[axis.at.length];
        for (int i = 0; i < bytes.length; i++) {
            try (Peer peer = new Peer(library.command())) {
                peer.times(new Request(axis.work.apply(axis.at[i]), training, 1, 0, 0.2));
                bytes[i] = peer.peakMemory().orElse(0);
            }
        }
        return Arrays.stream(bytes).sum() == 0 ? new double[0] : bytes;
    }

    private List<Curve> threads(Contenders contenders, boolean training, int most) throws IOException {
        double[] counts = IntStream.iterate(1, count -> count <= most, count -> 2 * count).asDoubleStream().toArray();
        Map<String, double[]> seconds = new LinkedHashMap<>();
        for (int i = 0; i < counts.length; i++) {
            int at = i, count = (int) counts[i];
            contenders.on(count, all -> contest.of("threads", new Work(STEPS, 4 * BATCH, 2 * SIZE, 2 * SIZE, 1, 1), training, count, all, () -> {}).stream().filter(line -> line.unsupported() == null)
                    .forEach(line -> seconds.computeIfAbsent(line.by(), _ -> new double[counts.length])[at] = line.series().median()));
        }
        return seconds.entrySet().stream().map(line -> new Curve("threads", pass(training), line.getKey(), counts, line.getValue(), new double[0])).toList();
    }

    /** 32 sequences of {@link #STEPS} steps on average: packed, and padded to the longest. */
    private List<Curve> spread(Contenders contenders, boolean training) throws IOException {
        Map<String, double[]> seconds = new LinkedHashMap<>();
        contenders.on(1, all -> {
            for (int i = 0; i < SPREADS.length; i++) {
                int at = i, longest = STEPS + SPREADS[i], shortest = STEPS - SPREADS[i];
                int[] lengths = IntStream.range(0, 32).map(n -> shortest + (longest - shortest) * n / 31).toArray();
                for (Work work : List.of(new Work(longest, 32, SIZE, SIZE, 1, 1, lengths), new Work(longest, 32, SIZE, SIZE, 1, 1))) {
                    String how = work.lengths().length > 0 ? ", packed" : ", padded";
                    contest.of("spread", work, training, 1, all, () -> {}).stream().filter(line -> line.unsupported() == null)
                            .forEach(line -> seconds.computeIfAbsent(line.by() + how, _ -> new double[SPREADS.length])[at] = line.series().median());
                }
            }
        });
        return seconds.entrySet().stream().map(line -> new Curve("lengths from 50 − s to 50 + s", pass(training), line.getKey(), Arrays.stream(SPREADS).asDoubleStream().toArray(), line.getValue(), new double[0])).toList();
    }

    private static String pass(boolean training) {
        return training ? "training" : "forward";
    }
}
