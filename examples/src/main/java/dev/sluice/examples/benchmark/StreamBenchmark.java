package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.StatefulLSTM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** One step of a stream, by one to eight callers at once, each with a stream of its own; all of them share one LSTM. The time is that of a caller's step; the state goes on from step to step. */
public class StreamBenchmark extends OnBackend {
    private LSTM lstm;

    /** For JMH. */
    public StreamBenchmark() {}

    @Override
    void prepare(Backend backend) {
        Work sizes = Workload.STREAM.work();
        lstm = LSTM.of(sizes.input(), sizes.hidden()).random(new Generator(1)).backend(backend).build();
    }

    /** A caller. */
    @State(Scope.Thread)
    public static class Caller {
        private StatefulLSTM stream;
        private Tensor input;

        /** For JMH. */
        public Caller() {}

        @Setup(Level.Trial)
        public void begin(StreamBenchmark benchmark) {
            stream = new StatefulLSTM(benchmark.lstm);
            input = Tensor.randn(new Generator(2), 1, 1, benchmark.lstm.inputSize());
        }

        float step() {
            return Inference.of(() -> stream.forward(input).get(0, 0, 0));
        }
    }

    @Benchmark
    @Threads(1)
    public float callers1(Caller caller) {
        return caller.step();
    }

    @Benchmark
    @Threads(2)
    public float callers2(Caller caller) {
        return caller.step();
    }

    @Benchmark
    @Threads(4)
    public float callers4(Caller caller) {
        return caller.step();
    }

    @Benchmark
    @Threads(8)
    public float callers8(Caller caller) {
        return caller.step();
    }
}
