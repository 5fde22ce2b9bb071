package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Contender;
import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.Series;
import dev.sluice.examples.benchmark.Workload;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the standard shapes here and in PyTorch and ONNX Runtime, in turn, and prints their time over ours. */
@Command(name = "ComparePeers", sortOptions = false, usageHelpAutoWidth = true, description = "Times the standard shapes here and in other libraries, in turn, round by round, "
        + "and prints how many times as long they take: the median of the rounds' ratios, with the lowest and the highest.")
public final class ComparePeers implements Callable<Integer> {
    @Option(names = "--python", converter = Program.FileOrName.class, description = "a Python that has torch, or onnxruntime and onnx, or all of them; python3 unless given", defaultValue = "python3")
    private String python;

    @Option(names = "--peers", split = ",", description = "pytorch, onnxruntime, or both, which is the default", defaultValue = "pytorch,onnxruntime")
    private List<String> peers;

    @Option(names = "--shapes", split = ",", description = "some of the standard shapes, such as notebook,packed-words; all unless given")
    private List<String> shapes = List.of();

    @Option(names = "--passes", split = ",", description = "forward, training, or both, which is the default", defaultValue = "forward,training")
    private List<String> passes;

    @Option(names = "--threads", split = ",", description = "numbers of threads; 1,2 unless given", defaultValue = "1,2")
    private List<Integer> threads;

    @Option(names = "--rounds", description = "how often each takes its turn; 5 unless given", defaultValue = "5")
    private int rounds;

    @Option(names = "--seconds", description = "how long each turn lasts; 0.5 unless given", defaultValue = "0.5")
    private double seconds;

    @Option(names = "--backend", split = ",", description = "ours, such as vector,panama-ffm, each in its turn; the best there is unless given")
    private List<String> names = List.of();

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public ComparePeers() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when a backend or a peer is not there or something is wrong with the arguments. */
    static int run(String... args) {
        return Program.run(new ComparePeers(), args);
    }

    @Override
    public Integer call() throws IOException {
        List<Workload> chosen = shapes.isEmpty() ? List.of(Workload.values()) : shapes.stream().map(title -> Program.of("--shapes ", () -> Workload.titled(title))).toList();
        peers.forEach(peer -> Program.require(List.of("pytorch", "onnxruntime").contains(peer), "--peers " + peer + ": pytorch or onnxruntime"));
        passes.forEach(pass -> Program.require(List.of("forward", "training").contains(pass), "--passes " + pass + ": forward or training"));
        Program.require(rounds >= 1, "--rounds " + rounds + ": at least 1");
        for (String name : peers) {
            try (Peer peer = new Peer(Peer.python(python, name + ".py"))) {
                compare(peer, chosen);
            } catch (IOException e) {
                throw new IOException("--python " + python + " does not run " + name + ": " + e.getMessage(), e);
            }
        }
        return 0;
    }

    private void compare(Peer peer, List<Workload> chosen) throws IOException {
        System.out.printf(Locale.ROOT, "%-13s %-9s %7s %-10s %14s %14s %8s  %s%n", "shape", "pass", "threads", "ours", "ours, µs", "theirs, µs", "ratio", "lowest … highest   " + peer.name());
        Contest contest = new Contest(rounds, Math.max(0.75, seconds), seconds);
        for (int count : threads) {
            try (Workers workers = Workers.of(count)) {
                Backends backends = Backends.discover(workers);
                List<Backend> ours = names.isEmpty() ? List.of(backends.selected()) : names.stream().map(backends::named).toList();
                contest.compile(ours);
                List<Contender> contenders = Stream.concat(ours.stream().map(Contender::of), Stream.of(Contender.of(peer))).toList();
                for (String pass : passes) {
                    for (Workload shape : chosen) {
                        print(contest.of(shape.title(), shape.work(), pass.equals("training"), count, contenders, () -> {}));
                    }
                }
            }
        }
    }

    private static void print(List<Measurement> lines) {
        Measurement theirs = lines.getLast();
        for (Measurement ours : lines.subList(0, lines.size() - 1)) {
            if (ours.unsupported() != null || theirs.unsupported() != null) {
                System.out.printf(Locale.ROOT, "%-13s %-9s %7d %-10s not compared: %s%n", ours.shape(), ours.pass(), ours.threads(), ours.by(), ours.unsupported() != null ? ours.unsupported() : theirs.unsupported());
                continue;
            }
            Series ratio = theirs.series().over(ours.series());
            System.out.printf(Locale.ROOT, "%-13s %-9s %7d %-10s %14.1f %14.1f %8.2f  %.2f … %.2f%n", ours.shape(), ours.pass(), ours.threads(), ours.by(), 1e6 * ours.series().median(),
                    1e6 * theirs.series().median(), ratio.median(), ratio.lowest(), ratio.highest());
        }
    }
}
