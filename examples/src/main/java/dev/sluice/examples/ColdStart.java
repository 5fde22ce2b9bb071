package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.Series;
import dev.sluice.examples.benchmark.SluiceWorker;
import dev.sluice.examples.benchmark.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how long a new process takes to its first forward pass of the notebook's shape, and until passes are as fast as they get: each backend, and PyTorch. */
@Command(name = "ColdStart", description = "Starts a process for each backend, and one for PyTorch if --python names one that has it, some rounds in turn; prints the "
        + "median time from the start of the process to its first result, and to steady speed: from when on 20 passes take at most 1.5 times as long as in the end; and the memory it had at its first result.")
public final class ColdStart implements Callable<Integer> {
    @Option(names = "--python", converter = Program.FileOrName.class, description = "a Python that has torch; PyTorch is left out unless given")
    private String python;

    @Option(names = "--rounds", description = "5 unless given", defaultValue = "5")
    private int rounds;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "shows this")
    private boolean help;

    /** For the command line. */
    public ColdStart() {}

    public static void main(String[] args) {
        System.exit(Program.run(new ColdStart(), args));
    }

    @Override
    public Integer call() throws IOException {
        Program.require(rounds >= 1, "--rounds " + rounds + ": at least 1");
        Map<String, List<String>> commands = new LinkedHashMap<>();
        for (Backend backend : Backends.discover(Workers.of(1)).usable()) {
            commands.put(backend.name(), SluiceWorker.command(backend.name()));
        }
        if (python != null) {
            commands.put("PyTorch", Peer.python(python, "pytorch.py"));
        }
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String name : commands.keySet()) {
                starts.computeIfAbsent(name, _ -> new ArrayList<>()).add(Start.of(commands.get(name)));
            }
        }
        System.out.printf(Locale.ROOT, "%-10s %20s %20s %20s%n", "", "first result, s", "steady speed, s", "memory, MiB");
        starts.forEach((name, rounds) -> System.out.printf(Locale.ROOT, "%-10s %20.2f %20.2f %20.0f%n", name, median(rounds, Start::first), median(rounds, Start::steady),
                median(rounds, start -> start.peakMemory().orElse(0) / 1048576.0)));
        return 0;
    }

    private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
        return new Series(starts.stream().mapToDouble(figure).toArray()).median();
    }
}
