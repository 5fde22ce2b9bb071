package dev.sluice.examples.benchmark;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.Backend;
import dev.sluice.core.Layout;
import dev.sluice.core.PackedSequence;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Sequences into a packed batch and back, without a layer. */
public class PackingBenchmark extends OnBackend {
    @Param({"PACKED", "PACKED_WORDS"})
    Workload work;

    private List<Tensor> sequences;
    private PackedSequence packed;

    /** For JMH. */
    public PackingBenchmark() {}

    @Override
    void prepare(Backend backend) {
        Generator random = new Generator(1);
        sequences = Arrays.stream(work.work().lengths()).mapToObj(steps -> Tensor.randn(random, steps, work.work().input())).toList();
        packed = PackedSequence.pack(sequences);
    }

    @Benchmark
    public float pack() {
        return Inference.of(() -> last(PackedSequence.pack(sequences).data()));
    }

    @Benchmark
    public float pad() {
        return Inference.of(() -> packed.pad(Layout.BATCH_FIRST).data().get(0, 0, 0));
    }

    @Benchmark
    public float unpack() {
        return Inference.of(() -> last(packed.unpack().getLast()));
    }

    private static float last(Tensor tensor) {
        return tensor.matrix().get(tensor.matrix().rows() - 1, tensor.matrix().columns() - 1);
    }
}
