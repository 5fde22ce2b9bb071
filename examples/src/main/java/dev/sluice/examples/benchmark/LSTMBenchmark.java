package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A layer over a packed batch: forward as in use, and forward and backward as in training, packing included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class LSTMBenchmark {
    /** What is run: sequences, their shortest and longest length, input size, hidden size, directions. */
    public enum Work {
        NOTEBOOK(16, 10, 10, 15, 8, 1),
        STREAM(1, 1, 1, 128, 256, 1),
        SINGLE(1, 100, 100, 256, 256, 1),
        WORDS(64, 2, 20, 32, 64, 2),
        PACKED(32, 5, 60, 100, 200, 2);

        private final int batch, shortest, longest, input, hidden, directions;

        Work(int batch, int shortest, int longest, int input, int hidden, int directions) {
            this.batch = batch;
            this.shortest = shortest;
            this.longest = longest;
            this.input = input;
            this.hidden = hidden;
            this.directions = directions;
        }
    }

    @Param({"scalar"})
    private String backend;

    @Param({"NOTEBOOK", "STREAM", "SINGLE", "WORDS", "PACKED"})
    private Work work;

    @Param({"1", "2"})
    private int threads;

    private Workers workers;
    private LSTM lstm;
    private List<Tensor> sequences;

    /** For JMH. */
    public LSTMBenchmark() {}

    @Setup(Level.Trial)
    public void prepare() {
        workers = Workers.of(threads);
        Backend chosen = Backends.discover(workers).named(backend);
        Generator random = new Generator(1);
        LSTM.Builder builder = LSTM.of(work.input, work.hidden).random(random).backend(chosen);
        lstm = (work.directions == 2 ? builder.bidirectional() : builder).build();
        int[] lengths = new Random(1).ints(work.batch, work.shortest, work.longest + 1).toArray();
        sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, work.input).requireGrad()).toList();
    }

    @TearDown(Level.Trial)
    public void end() {
        workers.close();
    }

    /** The sum of the output, so that none of it can be left out. */
    @Benchmark
    public double forward() {
        try (TensorScope _ = TensorScope.open()) {
            return Gradients.off(() -> lstm.forward(PackedSequence.pack(sequences)).output().data().sumOfSquares());
        }
    }

    /** As after an optimizer's step: new weights, so that nothing prepared from the old ones is used. */
    @Benchmark
    public Tensor forwardAndBackward() {
        lstm.parameters().forEach(Tensor::matrixToWrite);
        lstm.clearGradients();
        sequences.forEach(Tensor::clearGrad);
        try (TensorScope _ = TensorScope.open()) {
            lstm.forward(PackedSequence.pack(sequences)).output().data().sum().backward();
            return sequences.getFirst().grad();
        }
    }
}
