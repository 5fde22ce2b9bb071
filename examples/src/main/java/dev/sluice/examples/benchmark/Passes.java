package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import java.util.Arrays;
import java.util.List;

/**
 * The two passes of an LSTM that are measured. Its input and weights are random: no zeros, and no numbers so small that a processor slows down. Each pass computes everything anew; what
 * forward returns depends on all steps, and nothing is kept of the pass before but, in inference, the weights in the order that the backend likes.
 */
public final class Passes {
    private final LSTM lstm;
    private final List<Tensor> data;
    private final PackedSequence packed; // or null

    Passes(Work work, Backend backend) {
        Generator random = new Generator(1);
        lstm = LSTM.of(work.input(), work.hidden()).layers(work.layers()).bidirectional(work.directions() == 2).random(random).backend(backend).build();
        data = work.lengths().length == 0 ? List.of(Tensor.randn(random, work.steps(), work.batch(), work.input()).requireGrad())
                : Arrays.stream(work.lengths()).mapToObj(n -> Tensor.randn(random, n, work.input()).requireGrad()).toList();
        packed = work.lengths().length == 0 ? null : Inference.of(() -> PackedSequence.pack(data));
    }

    /** The one or the other. */
    public Runnable run(boolean training) {
        return training ? this::train : this::forward;
    }

    /** Inference. The last number of the output, which depends on all steps. */
    public float forward() {
        return Inference.of(() -> {
            Tensor output = packed == null ? lstm.forward(data.getFirst()).output() : lstm.forward(packed).output().data();
            return output.matrix().get(output.matrix().rows() - 1, output.matrix().columns() - 1);
        });
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

    /** The gradient of the first input weight, which depends on all steps. */
    public float gradient() {
        return lstm.namedParameters().get("weight_ih_l0").grad().get(0, 0);
    }
}
