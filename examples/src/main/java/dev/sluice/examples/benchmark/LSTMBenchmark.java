package dev.sluice.examples.benchmark;

import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
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

/** A model of one of the standard shapes: forward as in use, and forward and backward as in training, packing included. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class LSTMBenchmark {
    @Param({"vector", "scalar"})
    private String backend;

    @Param
    private Workload work;

    @Param({"1", "2"})
    private int threads;

    private Workers workers;
    private Workload.Passes passes;

    /** For JMH. */
    public LSTMBenchmark() {}

    @Setup(Level.Trial)
    public void prepare() {
        workers = Workers.of(threads);
        passes = work.on(Backends.discover(workers).named(backend));
    }

    @TearDown(Level.Trial)
    public void end() {
        workers.close();
    }

    @Benchmark
    public float forward() {
        return passes.forward();
    }

    @Benchmark
    public float forwardAndBackward() {
        passes.train();
        return passes.gradient();
    }
}
