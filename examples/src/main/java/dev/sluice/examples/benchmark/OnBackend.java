package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.concurrent.TimeUnit;
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

/**
 * What all benchmarks share: a backend with its threads, and how they are run. Each JVM compiles for one backend only, and is warmed up for four seconds, which do not count. All input is random, none of it zero or
 * so small that a processor slows down; every benchmark returns a number of its result, all of which lies in memory that others can read, so that none of it can be left out; and nothing is kept from one call to the next. What they compute, a test compares.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 2, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class OnBackend {
    /** Its name; {@link dev.sluice.examples.Benchmarks} puts every one that is usable here. */
    @Param("scalar")
    String backend;

    @Param({"1", "2"})
    int threads;

    private Workers workers;

    /** For JMH. */
    public OnBackend() {}

    /** Opens it. */
    @Setup(Level.Trial)
    public void open() {
        workers = Workers.of(threads);
        prepare(Backends.discover(workers).named(backend));
    }

    /** Makes what the benchmark works on. */
    void prepare(Backend backend) {}

    /** Ends its threads. */
    @TearDown(Level.Trial)
    public void end() {
        workers.close();
    }
}
