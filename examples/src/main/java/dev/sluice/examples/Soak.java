package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Memory;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many callers use a few models at once for a long time, in inference and in training: every result must be that of the first call, and memory must not grow. */
@Command(name = "Soak", sortOptions = false, usageHelpAutoWidth = true, description = "Has many threads run and train a few models at once, compares each result with the first, bit by bit, and "
        + "prints how much memory the process holds.")
public final class Soak implements Callable<Integer> {
    @Option(names = "--minutes", description = "how long; 10 unless given", defaultValue = "10")
    private double minutes;

    @Option(names = "--callers", description = "threads that call at once; 8 unless given", defaultValue = "8")
    private int callers;

    @Option(names = "--backend", description = "the best there is unless given")
    private String backend;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Soak() {}

    public static void main(String[] args) {
        System.exit(Program.run(new Soak(), args));
    }

    /** A shape, and packed sequences of it. */
    private record Job(int input, int hidden, int directions, int... lengths) {
        /** Runs it on a model of its own or a shared one, and gives all that came out. */
        float[] run(LSTM lstm, boolean training) {
            try (TensorScope _ = TensorScope.open()) {
                Generator random = new Generator(hidden);
                List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, input)).toList();
                if (!training) {
                    return Inference.of(() -> lstm.forward(PackedSequence.pack(sequences)).output().data().toArray());
                }
                sequences.forEach(Tensor::requireGrad);
                Tensor output = lstm.forward(PackedSequence.pack(sequences)).output().data();
                output.mul(output).sum().backward();
                return sequences.getFirst().grad().toArray();
            }
        }

        LSTM model(Backend backend) {
            return LSTM.of(input, hidden).bidirectional(directions == 2).random(new Generator(1)).backend(backend).build();
        }
    }

    @Override
    public Integer call() throws Exception {
        Program.require(callers >= 1, "--callers " + callers + ": at least 1");
        Program.require(minutes > 0, "--minutes " + minutes + ": more than 0");
        Backends backends = Backends.discover(Workers.configured());
        Backend chosen = backend == null ? backends.selected() : backends.named(backend);
        System.out.println(chosen.name() + ": " + chosen.description());
        List<Job> jobs = List.of(new Job(5, 8, 1, 4, 2, 3), new Job(32, 64, 2, IntStream.range(0, 40).map(i -> 2 + i % 17).toArray()), new Job(64, 256, 1, 30),
                new Job(100, 200, 2, IntStream.range(0, 30).map(i -> 5 + 2 * i).toArray()), new Job(64, 1030, 1, IntStream.range(0, 24).map(i -> 1 + i % 5).toArray()));
        List<LSTM> shared = jobs.stream().map(job -> job.model(chosen)).toList(); // in inference; gradients go to parameters, so training has models of its own
        List<float[]> inferred = new ArrayList<>(), trained = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            inferred.add(jobs.get(i).run(shared.get(i), false));
            trained.add(jobs.get(i).run(jobs.get(i).model(chosen), true));
        }
        AtomicLong calls = new AtomicLong();
        AtomicReference<String> wrong = new AtomicReference<>();
        CyclicBarrier start = new CyclicBarrier(callers);
        long begin = System.nanoTime(), end = begin + (long) (minutes * 60e9);
        List<Thread> threads = IntStream.range(0, callers).mapToObj(caller -> Thread.ofPlatform().start(() -> {
            List<LSTM> own = jobs.stream().map(job -> job.model(chosen)).toList();
            for (int i = 0; System.nanoTime() < end && wrong.get() == null; i++) {
                boolean together = i < 2 * jobs.size(); // at first all do the same at once: no later moment needs more memory
                if (together) {
                    meet(start);
                }
                int job = (together ? i : i + caller) % jobs.size();
                boolean training = i / jobs.size() % 2 == 0;
                own.get(job).clearGradients();
                if (!Arrays.equals(jobs.get(job).run(training ? own.get(job) : shared.get(job), training), (training ? trained : inferred).get(job))) {
                    wrong.set((training ? "training" : "inference") + " of " + jobs.get(job) + " gave something else than at first");
                }
                calls.incrementAndGet();
            }
        })).toList();
        System.out.printf(Locale.ROOT, "%8s %10s %16s %16s%n", "seconds", "calls", "resident, MB", "tensors, MB");
        for (Thread thread : threads) {
            while (!thread.join(Duration.ofSeconds(30))) {
                report(begin, calls.get());
            }
        }
        report(begin, calls.get());
        System.out.println(wrong.get() == null ? "all results were those of the first calls" : wrong.get());
        return wrong.get() == null ? 0 : 1;
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("a caller is missing", e);
        }
    }

    private static void report(long begin, long calls) throws IOException {
        Path status = Path.of("/proc/self/status");
        String resident = Files.exists(status) ? Files.readAllLines(status).stream().filter(line -> line.startsWith("VmRSS")).findFirst().map(line -> line.replaceAll("\\D", "")).orElse("0") : "0";
        System.out.printf(Locale.ROOT, "%8d %10d %16d %16d%n", (System.nanoTime() - begin) / 1_000_000_000, calls, Long.parseLong(resident) / 1024, Memory.bytesHeld() >> 20);
    }
}
