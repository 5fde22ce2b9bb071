package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.GradientClip;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A whole step of the training of a tagger of packed sequences: packing, LSTM, a linear layer, cross entropy, backward, clipping and Adam. Its weights change with each, so that none can be answered from the one before. */
public class TrainingBenchmark extends OnBackend {
    private static final int TAGS = 8;

    @Param({"PACKED", "PACKED_WORDS"})
    Workload work;

    private LSTM lstm;
    private Linear head;
    private Adam adam;
    private List<Tensor> sequences;
    private int[] tags;

    /** For JMH. */
    public TrainingBenchmark() {}

    @Override
    void prepare(Backend backend) {
        Generator random = new Generator(1);
        Work sizes = work.work();
        lstm = LSTM.of(sizes.input(), sizes.hidden()).layers(sizes.layers()).bidirectional(sizes.directions() == 2).random(random).backend(backend).build();
        head = new Linear(lstm.outputSize(), TAGS, random);
        adam = new Adam(Stream.of(lstm, head).flatMap(part -> part.parameters().stream()).toList(), 1e-4);
        sequences = Arrays.stream(sizes.lengths()).mapToObj(steps -> Tensor.randn(random, steps, sizes.input())).toList();
        tags = new int[Arrays.stream(sizes.lengths()).sum()];
        Arrays.setAll(tags, i -> i * 31 % TAGS);
    }

    /** The loss before the step. */
    @Benchmark
    public float step() {
        try (TensorScope _ = TensorScope.open()) {
            Tensor scores = head.forward(lstm.forward(PackedSequence.pack(sequences)).output().data()); // [steps of all, 8]
            Tensor loss = new CrossEntropy().of(scores, tags);
            adam.zeroGradients();
            loss.backward();
            new GradientClip(5).apply(lstm.parameters());
            adam.step();
            return loss.item();
        }
    }
}
