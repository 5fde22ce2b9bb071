package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Module;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * A long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers et al., 2000) of any number of layers:
 * <pre>
 * i = σ(W_ii x + b_ii + W_hi h + b_hi)     f, o likewise     g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 * c′ = f·c + i·g                           h′ = o·tanh(c′)
 * </pre>
 *
 * <p>As <a href="https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html">torch.nn.LSTM</a>, whose names, shapes and initial
 * distribution its parameters have: {@code weight_ih_l0} [4·hidden, input], {@code weight_hh_l0} [4·hidden, hidden], {@code bias_ih_l0} and
 * {@code bias_hh_l0} [4·hidden], the gates one after the other as i, f, g, o; with {@code _reverse} for the second direction; all from
 * U(−1/√hidden, 1/√hidden).
 *
 * <pre>{@code
 * LSTM lstm = new LSTM(5, 3);                                              // input size, hidden size
 * LSTM deep = LSTM.of(5, 3).layers(2).bidirectional().dropout(0.3).build();
 * var result = lstm.forward(PackedSequence.pack(List.of(xs, ys)));
 * }</pre>
 *
 * <p>It may be run from several threads at once, as long as nobody changes its parameters meanwhile.
 */
@SuppressWarnings("this-escape") // it registers its parameters; no subclass overrides how
public class LSTM extends Module {
    private final Builder options;
    private final Backend backend;
    private final List<List<LSTMParameters>> layers = new ArrayList<>();
    private final Dropout dropout;

    /** One layer, one direction; draws from {@link Generator#shared}, runs on {@link Backends#current}. */
    public LSTM(int inputSize, int hiddenSize) {
        this(of(inputSize, hiddenSize));
    }

    LSTM(Builder options) {
        this.options = new Builder(options);
        backend = options.backend != null ? options.backend : Backends.current();
        dropout = new Dropout(options.dropout, options.random);
        float bound = (float) (1 / Math.sqrt(options.hiddenSize));
        for (int layer = 0; layer < options.layers; layer++) {
            List<LSTMParameters> directions = new ArrayList<>();
            for (int d = 0; d < options.directions; d++) {
                int inputSize = layer == 0 ? options.inputSize : options.directions * options.hiddenSize;
                directions.add(parameters(inputSize, "_l" + layer + (d == 0 ? "" : "_reverse"), bound));
            }
            layers.add(directions);
        }
    }

    private LSTMParameters parameters(int inputSize, String suffix, float bound) {
        int gates = 4 * options.hiddenSize;
        return new LSTMParameters(draw("weight_ih" + suffix, bound, gates, inputSize), draw("weight_hh" + suffix, bound, gates, options.hiddenSize),
                options.bias ? draw("bias_ih" + suffix, bound, gates) : null, options.bias ? draw("bias_hh" + suffix, bound, gates) : null);
    }

    private Tensor draw(String name, float bound, int... sizes) {
        return parameter(name, Tensor.uniform(options.random, -bound, bound, sizes));
    }

    /** An LSTM with more than the two sizes to choose. */
    public static Builder of(int inputSize, int hiddenSize) {
        return new Builder(inputSize, hiddenSize);
    }

    /** From zero states. */
    public LSTMResult<PackedSequence> forward(PackedSequence input) {
        return forward(input, null);
    }

    /**
     * Runs over sequences of different lengths, each from its own first state to its own end.
     *
     * @param input rows of [input size]
     * @param first the states before each sequence, in the order the sequences were given
     * @return as packed as the input; the last states are in the order the sequences were given
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public LSTMResult<PackedSequence> forward(PackedSequence input, LSTMState first) {
        Packing packing = input.packing();
        Tensor x = input.data();
        if (x.shape().rank() != 2) {
            throw new IllegalArgumentException("LSTM: packed data is " + x.shape() + "; [rows, input size (" + options.inputSize + ")] is required");
        }
        requireInputSize("packed data", x);
        if (first != null) {
            requireState(first, stateShape(packing.batch()));
        }
        LSTMResult<Tensor> result = run(x, packing.batchSizesShared(), first(first, packing));
        LSTMState last = packing.isSorted() ? result.state() : reorder(result.state(), packing.unsortedShared());
        return new LSTMResult<>(new PackedSequence(result.output(), packing), last);
    }

    /** From zero states. */
    public LSTMResult<Tensor> forward(Tensor input) {
        return forward(input, null);
    }

    /**
     * Runs over sequences of equal length.
     *
     * @param input [steps, batch, input size], or [batch, steps, input size] if built so, or one sequence [steps, input size]
     * @param first the states before the first step
     * @return the output in the form of the input; the last states
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public LSTMResult<Tensor> forward(Tensor input, LSTMState first) {
        int rank = input.shape().rank();
        if (rank != 2 && rank != 3) {
            throw new IllegalArgumentException("LSTM: input is " + input.shape() + ", of " + rank + " dimensions; 3 are required ("
                    + (options.layout == Layout.BATCH_FIRST ? "batch, steps" : "steps, batch") + ", input size), or 2 for one sequence (steps, input size)");
        }
        requireInputSize("input", input);
        boolean batchFirst = rank == 3 && options.layout == Layout.BATCH_FIRST;
        int steps = input.size(batchFirst ? 1 : 0);
        int batch = rank == 2 ? 1 : input.size(batchFirst ? 0 : 1);
        if (steps == 0) {
            throw new IllegalArgumentException("LSTM: input is " + input.shape() + "; sequences must have at least 1 step");
        }
        Shape stateShape = stateShape(batch);
        if (first != null) {
            requireState(first, rank == 2 ? stateShape.without(1) : stateShape);
        }
        LSTMState start = first == null ? null : new LSTMState(first.h().view(stateShape.sizes()), first.c().view(stateShape.sizes()));
        Packing packing = Packing.dense(steps, batch);
        Tensor x = (batchFirst ? input.transpose(0, 1) : input).view(steps * batch, options.inputSize);
        LSTMResult<Tensor> result = run(x, packing.batchSizesShared(), first(start, packing));
        int width = result.output().size(1);
        if (rank == 2) {
            int[] unbatched = stateShape.without(1).sizes();
            return new LSTMResult<>(result.output(), new LSTMState(result.state().h().view(unbatched), result.state().c().view(unbatched)));
        }
        Tensor output = result.output().view(steps, batch, width);
        return new LSTMResult<>(batchFirst ? output.transpose(0, 1) : output, result.state());
    }

    /** All layers over packed rows; states are [layers · directions, batch, hidden] in sorted order. */
    private LSTMResult<Tensor> run(Tensor x, int[] batchSizes, LSTMState first) {
        Tensor rows = x;
        List<Tensor> h = new ArrayList<>();
        List<Tensor> c = new ArrayList<>();
        for (int k = 0; k < layers.size(); k++) {
            if (k > 0 && isTraining()) {
                rows = dropout.forward(rows);
            }
            int from = k * options.directions;
            LSTMState start = new LSTMState(first.h().narrow(0, from, options.directions), first.c().narrow(0, from, options.directions));
            LSTMResult<Tensor> layer = LSTMLayer.run(backend, layers.get(k), batchSizes, rows, start);
            rows = layer.output();
            h.add(layer.state().h());
            c.add(layer.state().c());
        }
        return new LSTMResult<>(rows, layers.size() == 1 ? new LSTMState(h.getFirst(), c.getFirst()) : new LSTMState(Tensor.cat(h, 0), Tensor.cat(c, 0)));
    }

    /** The states to start from, in sorted order; zero where none are given. */
    private LSTMState first(LSTMState given, Packing packing) {
        if (given == null) {
            int[] sizes = stateShape(packing.batch()).sizes();
            Tensor zeros = Tensor.zeros(sizes);
            return new LSTMState(zeros, zeros);
        }
        return packing.isSorted() ? given : reorder(given, packing.sortedShared());
    }

    private static LSTMState reorder(LSTMState state, int[] order) {
        return new LSTMState(reorder(state.h(), order), reorder(state.c(), order));
    }

    /** [n, batch, hidden] with the batch in another order. */
    private static Tensor reorder(Tensor state, int[] order) {
        int batch = order.length;
        int[] rows = new int[state.size(0) * batch];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / batch * batch + order[i % batch];
        }
        return state.view(rows.length, state.size(2)).rows(rows).view(state.shape().sizes());
    }

    private Shape stateShape(int batch) {
        return Shape.of(options.layers * options.directions, batch, options.hiddenSize);
    }

    private void requireInputSize(String what, Tensor input) {
        if (input.size(-1) != options.inputSize) {
            throw new IllegalArgumentException("LSTM: " + what + " is " + input.shape() + "; its last dimension must be the input size (" + options.inputSize + ")");
        }
    }

    private static void requireState(LSTMState state, Shape required) {
        if (!state.h().shape().equals(required) || !state.c().shape().equals(required)) {
            throw new IllegalArgumentException("LSTM: the first state's h is " + state.h().shape() + " and its c " + state.c().shape() + "; both must be " + required
                    + ": layers · directions" + (required.rank() == 3 ? ", batch" : "") + ", hidden size");
        }
    }

    public int inputSize() {
        return options.inputSize;
    }

    public int hiddenSize() {
        return options.hiddenSize;
    }

    /** The numbers per step in the output: the hidden size, twice it with two directions. */
    public int outputSize() {
        return options.directions * options.hiddenSize;
    }

    @Override
    protected String settings() {
        return options.text();
    }

    /** The choices; each has PyTorch's default. */
    public static final class Builder {
        private final int inputSize;
        private final int hiddenSize;
        private int layers = 1;
        private int directions = 1;
        private boolean bias = true;
        private Layout layout = Layout.SEQUENCE_FIRST;
        private double dropout;
        private Generator random = Generator.shared();
        private Backend backend;

        private Builder(int inputSize, int hiddenSize) {
            LSTMParameters.requireSizes("LSTM", inputSize, hiddenSize);
            this.inputSize = inputSize;
            this.hiddenSize = hiddenSize;
        }

        private Builder(Builder other) {
            this(other.inputSize, other.hiddenSize);
            layers = other.layers;
            directions = other.directions;
            bias = other.bias;
            layout = other.layout;
            dropout = other.dropout;
            random = other.random;
            backend = other.backend;
        }

        /** The output of each layer is the input of the next. */
        public Builder layers(int layers) {
            if (layers < 1) {
                throw new IllegalArgumentException("LSTM: " + layers + " layers; at least 1 is required");
            }
            this.layers = layers;
            return this;
        }

        /** A second direction reads each sequence from its own end; both outputs stand side by side. */
        public Builder bidirectional() {
            directions = 2;
            return this;
        }

        public Builder withoutBias() {
            bias = false;
            return this;
        }

        /** Dense input and output as [batch, steps, ..] instead of [steps, batch, ..]. States stay as they are. */
        public Builder batchFirst() {
            layout = Layout.BATCH_FIRST;
            return this;
        }

        /** In training, drops elements of every layer's output but the last one's with this probability. */
        public Builder dropout(double probability) {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException("LSTM: dropout " + probability + "; a probability from 0 to 1 is required");
            }
            dropout = probability;
            return this;
        }

        /** Where initial weights and dropout come from. */
        public Builder random(Generator random) {
            this.random = random;
            return this;
        }

        public Builder backend(Backend backend) {
            this.backend = backend;
            return this;
        }

        public LSTM build() {
            if (dropout > 0 && layers == 1) {
                System.getLogger(LSTM.class.getName()).log(Level.WARNING, "LSTM: dropout " + dropout
                        + " with one layer has no effect; it is applied between layers, so at least 2 are needed");
            }
            return new LSTM(this);
        }

        private String text() {
            return inputSize + ", " + hiddenSize + (layers == 1 ? "" : ", layers=" + layers) + (bias ? "" : ", bias=false")
                    + (layout == Layout.SEQUENCE_FIRST ? "" : ", batchFirst=true") + (dropout == 0 ? "" : ", dropout=" + dropout)
                    + (directions == 1 ? "" : ", bidirectional=true");
        }
    }
}
