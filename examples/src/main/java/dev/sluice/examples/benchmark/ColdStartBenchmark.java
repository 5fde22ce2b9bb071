package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** The first call in a JVM that has compiled nothing: building a model and one forward pass. The start of the JVM itself, and the search for backends, are not in it; {@link dev.sluice.examples.ColdStart} has them. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 10, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class ColdStartBenchmark extends OnBackend {
    @Param({"NOTEBOOK", "PACKED_WORDS"})
    Workload work;

    private Backend chosen;

    /** For JMH. */
    public ColdStartBenchmark() {}

    @Override
    void prepare(Backend backend) {
        chosen = backend;
    }

    @Benchmark
    public float firstForward() {
        return work.work().on(chosen).forward();
    }
}
