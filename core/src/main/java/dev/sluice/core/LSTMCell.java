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
 * {@code weight_hh}, {@code bias_ih}, {@code bias_hh}. A loop over it gives the bits of the LSTM. With more to choose:
 * {@code LSTM.of(5, 3).bias(false).buildCell()}.
 */
public final class LSTMCell extends Module {
    private final LSTMBuilder options;
    private final Backend backend;
    private final LSTMParameters parameters;

    /** Draws from {@link Generator#shared}, runs on {@link Backends#current}. */
    public LSTMCell(int inputSize, int hiddenSize) {
        this(LSTM.of(inputSize, hiddenSize));
    }

    @SuppressWarnings("this-escape") // it registers its parameters; the class is final
    LSTMCell(LSTMBuilder choices) {
        options = new LSTMBuilder(choices);
        backend = options.backend();
        parameters = new LSTMParameters(options, options.inputSize, "", this::parameter);
    }

    /** From zero states. */
    public LSTMState forward(Tensor input) {
        Shape shape = requireInput(input);
        Tensor zeros = Tensor.zeros(shape.sizes());
        return forward(input, new LSTMState(zeros, zeros));
    }

    /**
     * @param input [batch, input size] or [input size]
     * @param state [batch, hidden size] or [hidden size] each
     * @return the next state, of the same shapes
     * @throws java.util.ConcurrentModificationException see {@link Module}
     */
    public LSTMState forward(Tensor input, LSTMState state) {
        Shape shape = requireInput(input);
        if (!state.h().shape().equals(shape) || !state.c().shape().equals(shape)) {
            throw new IllegalArgumentException("LSTMCell: input is " + input.shape() + ", h is " + state.h().shape() + ", c is " + state.c().shape()
                    + "; both states must be " + shape);
        }
        int batch = shape.rank() == 2 ? shape.size(0) : 1;
        LSTMState first = new LSTMState(state.h().view(1, batch, options.hiddenSize), state.c().view(1, batch, options.hiddenSize));
        Tensor x = input.view(batch, options.inputSize);
        LSTMState last = undisturbed(() -> LSTMLayer.run(backend, List.of(parameters), new int[] {batch}, x, first, LSTMLayer.Cells.LAST).last());
        return new LSTMState(last.h().view(shape.sizes()), last.c().view(shape.sizes()));
    }

    /** The shape that states beside this input have. */
    private Shape requireInput(Tensor input) {
        int rank = input.shape().rank();
        if (rank != 1 && rank != 2 || input.size(-1) != options.inputSize) {
            throw new IllegalArgumentException("LSTMCell: input is " + input.shape() + "; [batch, " + options.inputSize + "] or [" + options.inputSize + "] is required");
        }
        return input.shape().with(-1, options.hiddenSize);
    }

    @Override
    protected String settings() {
        return options.toString();
    }
}
