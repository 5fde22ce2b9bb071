package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A model of one of the standard shapes: forward as in use, and forward and backward as in training, packing included. */
public class LSTMBenchmark extends OnBackend {
    @Param
    Workload work;

    private Passes passes;

    /** For JMH. */
    public LSTMBenchmark() {}

    @Override
    void prepare(Backend backend) {
        passes = work.work().on(backend);
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
