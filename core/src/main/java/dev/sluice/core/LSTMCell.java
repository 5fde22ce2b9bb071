package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.util.List;

/**
 * One step of an {@link LSTM} with one layer, for those who write the loop themselves. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html">torch.nn.LSTMCell</a>, with its names: {@code weight_ih},
 * {@code weight_hh}, {@code bias_ih}, {@code bias_hh}. A loop over it gives the bits of the LSTM.
 */
public final class LSTMCell extends Module {
    private final Backend backend;
    private final LSTMParameters parameters;

    /** Draws from {@link Generator#shared}, runs on {@link Backends#current}. */
    public LSTMCell(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Generator.shared());
    }

    public LSTMCell(int inputSize, int hiddenSize, Generator random) {
        LSTMParameters.requireSizes("LSTMCell", inputSize, hiddenSize);
        backend = Backends.current();
        float bound = (float) (1 / Math.sqrt(hiddenSize));
        int gates = 4 * hiddenSize;
        parameters = new LSTMParameters(parameter("weight_ih", Tensor.uniform(random, -bound, bound, gates, inputSize)),
                parameter("weight_hh", Tensor.uniform(random, -bound, bound, gates, hiddenSize)),
                parameter("bias_ih", Tensor.uniform(random, -bound, bound, gates)), parameter("bias_hh", Tensor.uniform(random, -bound, bound, gates)));
    }

    /** From zero states. */
    public LSTMState forward(Tensor input) {
        if (input.shape().rank() != 1 && input.shape().rank() != 2) {
            throw wrongInput(input);
        }
        Shape shape = input.shape().with(-1, parameters.hiddenSize());
        return forward(input, new LSTMState(Tensor.zeros(shape.sizes()), Tensor.zeros(shape.sizes())));
    }

    /**
     * @param input [batch, input size] or [input size]
     * @param state [batch, hidden size] or [hidden size] each
     * @return the next state, of the same shapes
     */
    public LSTMState forward(Tensor input, LSTMState state) {
        int rank = input.shape().rank();
        if (rank != 1 && rank != 2 || input.size(-1) != parameters.inputSize()) {
            throw wrongInput(input);
        }
        Shape shape = input.shape().with(-1, parameters.hiddenSize());
        if (!state.h().shape().equals(shape) || !state.c().shape().equals(shape)) {
            throw new IllegalArgumentException("LSTMCell: input is " + input.shape() + ", h is " + state.h().shape() + ", c is " + state.c().shape()
                    + "; both states must be " + shape);
        }
        int batch = rank == 2 ? input.size(0) : 1;
        LSTMState first = new LSTMState(state.h().view(1, batch, parameters.hiddenSize()), state.c().view(1, batch, parameters.hiddenSize()));
        LSTMState last = LSTMLayer.run(backend, List.of(parameters), new int[] {batch}, input.view(batch, parameters.inputSize()), first).state();
        return new LSTMState(last.h().view(shape.sizes()), last.c().view(shape.sizes()));
    }

    private IllegalArgumentException wrongInput(Tensor input) {
        return new IllegalArgumentException("LSTMCell: input is " + input.shape() + "; [batch, " + parameters.inputSize() + "] or ["
                + parameters.inputSize() + "] is required");
    }

    @Override
    protected String settings() {
        return parameters.inputSize() + ", " + parameters.hiddenSize();
    }
}
