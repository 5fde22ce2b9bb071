package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The standard shapes that are measured: from a notebook's to a large model's, one sequence, a stream, and packed sequences. */
public enum Workload {
    NOTEBOOK(10, 16, 15, 8, 1, 1),
    README(10, 2, 5, 3, 1, 1),
    STREAM(1, 1, 128, 256, 1, 1),
    SINGLE(100, 1, 256, 256, 1, 1),
    MEDIUM(50, 32, 256, 256, 1, 1),
    LARGE(100, 64, 512, 512, 1, 1),
    XL(50, 64, 1024, 1024, 1, 1),
    TAGGER(50, 32, 100, 200, 2, 2),
    PACKED(60, 32, 100, 200, 1, 2, 13, 41, 59, 56, 53, 9, 21, 12, 36, 53, 33, 35, 46, 29, 55, 18, 11, 36, 6, 58, 29, 32, 43, 53, 54, 5, 49, 33, 22, 51, 56, 19),
    PACKED_WORDS(20, 64, 32, 64, 1, 2, 6, 20, 4, 10, 5, 17, 16, 17, 14, 8, 5, 17, 2, 14, 15, 2, 16, 10, 9, 20, 5, 12, 2, 2, 2, 19, 2, 14, 8, 15, 2, 18, 9, 16, 17, 19, 9,
            13, 9, 9, 16, 11, 2, 15, 19, 5, 7, 11, 5, 12, 18, 15, 18, 8, 11, 11, 20, 17, 18, 14, 20, 3, 17, 9);

    final int steps, batch, input, hidden, layers, directions;
    final int[] lengths; // of packed sequences; none where all are equally long

    Workload(int steps, int batch, int input, int hidden, int layers, int directions, int... lengths) {
        this.steps = steps;
        this.batch = batch;
        this.input = input;
        this.hidden = hidden;
        this.layers = layers;
        this.directions = directions;
        this.lengths = lengths;
    }

    /** What a command line calls it. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Twice the multiply-adds of the matrix products of a forward pass; a training pass has three times as many. */
    public double flop() {
        double rows = lengths.length == 0 ? (double) steps * batch : Arrays.stream(lengths).sum();
        double flop = 0;
        for (int layer = 0; layer < layers; layer++) {
            flop += 2 * rows * directions * 4 * hidden * ((layer == 0 ? input : directions * hidden) + hidden);
        }
        return flop;
    }

    /** A model of this shape with its input, on a backend. */
    public Passes on(Backend backend) {
        return new Passes(backend);
    }

    /** The two passes that are measured. */
    public final class Passes {
        private final LSTM lstm;
        private final List<Tensor> data;
        private final PackedSequence packed;

        private Passes(Backend backend) {
            Generator random = new Generator(1);
            lstm = LSTM.of(input, hidden).layers(layers).bidirectional(directions == 2).random(random).backend(backend).build();
            data = lengths.length == 0 ? List.of(Tensor.randn(random, steps, batch, input).requireGrad())
                    : Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, input).requireGrad()).toList();
            packed = lengths.length == 0 ? null : Gradients.off(() -> PackedSequence.pack(data));
        }

        /** Inference. The first number of the output, so that none of it can be left out. */
        public float forward() {
            try (TensorScope _ = TensorScope.open()) {
                return Gradients.off(() -> {
                    Tensor output = packed == null ? lstm.forward(data.getFirst()).output() : lstm.forward(packed).output().data();
                    return output.matrix().get(0, 0);
                });
            }
        }

        /** Forward and backward of the sum of the output, packing included, to all parameters and the input; as after an optimizer's step, with changed weights. */
        public void train() {
            lstm.parameters().forEach(Tensor::matrixToWrite);
            lstm.clearGradients();
            data.forEach(Tensor::clearGrad);
            try (TensorScope _ = TensorScope.open()) {
                Tensor output = packed == null ? lstm.forward(data.getFirst()).output() : lstm.forward(PackedSequence.pack(data)).output().data();
                output.sum().backward();
            }
        }

        /** The gradient of the first recurrent weight, to see that there is one. */
        public float gradient() {
            return lstm.namedParameters().get("weight_hh_l0").grad().get(0, 0);
        }
    }
}
