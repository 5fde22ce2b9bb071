package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.fit.LSTMForm;
import dev.sluice.core.fit.Misfit;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Module;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A long short-term memory (Hochreiter and Schmidhuber, 1997; with the forget gate of Gers et al., 2000) of any number of layers:
 * <pre>
 * i = σ(W_ii x + b_ii + W_hi h + b_hi)     f, o likewise     g = tanh(W_ig x + b_ig + W_hg h + b_hg)
 * c′ = f·c + i·g                           h′ = o·tanh(c′), or W_hr·(o·tanh(c′)) with a projection
 * </pre>
 *
 * <p>As <a href="https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html">torch.nn.LSTM</a>, whose names, shapes and initial
 * distribution its parameters have: {@code weight_ih_l0} [4·hidden, input], {@code weight_hh_l0} [4·hidden, hidden], {@code bias_ih_l0} and
 * {@code bias_hh_l0} [4·hidden], the gates one after the other as i, f, g, o; {@code weight_hr_l0} [projection, hidden] where there is one; with
 * {@code _reverse} for the second direction; all from U(−1/√hidden, 1/√hidden).
 *
 * <pre>{@code
 * LSTM lstm = new LSTM(5, 3);                                              // input size, hidden size
 * LSTM deep = LSTM.of(5, 3).layers(2).bidirectional().dropout(0.3).build();
 * var result = lstm.forward(PackedSequence.pack(List.of(xs, ys)));
 * }</pre>
 *
 * <p>With a projection, wherever “hidden size” stands for the size of h or of an output, read the projection's. It may be run from several threads at
 * once; what holds while its parameters change, {@link Module} tells.
 */
@SuppressWarnings("this-escape") // it registers its parameters; no subclass overrides how
public class LSTM extends Module {
    private final LSTMBuilder options;
    private final Backend backend;
    private final List<List<LSTMParameters>> layers = new ArrayList<>();
    private transient volatile Dropout dropout; // no part: it runs when this one is training

    /** One layer, one direction; draws from {@link Generator#shared}, runs on {@link Backends#current}. */
    public LSTM(int inputSize, int hiddenSize) {
        this(of(inputSize, hiddenSize));
    }

    /** As {@link #LSTM(int, int)}, drawing from {@code random}. */
    public LSTM(int inputSize, int hiddenSize, Generator random) {
        this(of(inputSize, hiddenSize).random(random));
    }

    LSTM(LSTMBuilder choices) {
        options = new LSTMBuilder(choices);
        backend = options.backend();
        dropout = new Dropout(options.dropout, options.random);
        for (int k = 0; k < options.layers; k++) {
            List<LSTMParameters> directions = new ArrayList<>();
            for (int d = 0; d < options.directions; d++) {
                directions.add(new LSTMParameters(options, k == 0 ? options.inputSize : options.width(), "_l" + k + (d == 0 ? "" : "_reverse"), this::parameter));
            }
            layers.add(directions);
        }
    }

    /** An LSTM with more than the two sizes to choose. */
    public static LSTMBuilder of(int inputSize, int hiddenSize) {
        return new LSTMBuilder(inputSize, hiddenSize);
    }

    /**
     * An LSTM of the sizes, layers, directions, biases and projection that the shapes of another's parameters tell. Biases may be missing, all of them; any other layer or
     * direction has all that the others have. Whether their sizes fit, loading them tells.
     *
     * <pre>{@code
     * LSTM lstm = LSTM.of(file.shapes("encoder.lstm")).zeros().build();
     * file.load(lstm, "encoder.lstm");
     * }</pre>
     *
     * @param shapes by PyTorch's names, {@code weight_ih_l0} and so on
     * @throws IllegalArgumentException when parameters are missing, or the first layer's are not an LSTM's
     */
    public static LSTMBuilder of(Map<String, Shape> shapes) {
        Shape input = shapes.get("weight_ih_l0"), recurrent = shapes.get("weight_hh_l0");
        LSTMForm form = LSTMForm.of(shapes.keySet());
        Set<String> required = Stream.concat(Stream.of("weight_ih_l0", "weight_hh_l0"), form.names()).collect(Collectors.toCollection(LinkedHashSet::new));
        String advice = Misfit.advice(required, shapes.keySet(), shapes::get);
        if (input == null || recurrent == null || !areGates(input, recurrent, shapes.get("weight_hr_l0"))) {
            throw new IllegalArgumentException("LSTM: weight_ih_l0 is " + (input == null ? "missing" : input) + " and weight_hh_l0 " + (recurrent == null ? "missing" : recurrent)
                    + "; [4 · hidden, input] and [4 · hidden, hidden], or with weight_hr_l0 [projection, hidden] the latter [4 · hidden, projection], are required" + advice);
        }
        List<String> missing = required.stream().filter(name -> !shapes.containsKey(name)).limit(10).toList();
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("LSTM: " + String.join(", ", missing) + " missing beside " + shapes.keySet().stream().limit(20).toList()
                    + "; each layer and direction needs all that another has" + advice);
        }
        return of(input.size(1), input.size(0) / 4).projection(form.projection() ? recurrent.size(1) : 0).layers(form.layers()).bias(form.bias()).bidirectional(form.bidirectional());
    }

    /** Whether the weights of a layer are those of an LSTM's four gates. */
    private static boolean areGates(Shape input, Shape recurrent, Shape projection) {
        if (input.rank() != 2 || recurrent.rank() != 2 || input.size(0) % 4 != 0 || input.size(0) != recurrent.size(0)) {
            return false;
        }
        int hidden = input.size(0) / 4;
        return projection == null ? recurrent.size(1) == hidden : projection.equals(Shape.of(recurrent.size(1), hidden));
    }

    /** From zero states. */
    public LSTMResult<PackedSequence> forward(PackedSequence input) {
        return forward(input, null);
    }

    /**
     * Runs over sequences of different lengths, each from its own first state to its own end.
     *
     * @param input rows of [input size]
     * @param first the states before each sequence, in the order the sequences were given; null for zeros
     * @return as packed as the input; the last states are in the order the sequences were given
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public LSTMResult<PackedSequence> forward(PackedSequence input, LSTMState first) {
        requirePacked(input, first);
        AllStates<Tensor> states = run(input.data(), input.packing(), first, LSTMLayer.Cells.LAST);
        return new LSTMResult<>(new PackedSequence(states.h().getLast(), input.packing()), states.last());
    }

    /** From zero states. */
    public LSTMResult<Tensor> forward(Tensor input) {
        return forward(input, null);
    }

    /**
     * Runs over sequences of equal length.
     *
     * @param input [steps, batch, input size], or [batch, steps, input size] if built so, or one sequence [steps, input size]
     * @param first the states before the first step; null for zeros
     * @return the output in the form of the input; the last states
     * @throws IllegalArgumentException when the sizes do not fit
     */
    public LSTMResult<Tensor> forward(Tensor input, LSTMState first) {
        DenseBatch dense = requireDense(input, first);
        AllStates<Tensor> states = run(dense.rows(), dense.packing(), first == null ? null : dense.batched(first), LSTMLayer.Cells.LAST);
        return new LSTMResult<>(dense.back(states.h().getLast()), dense.back(states.last()));
    }

    /** As {@link #forward(PackedSequence)}, with the states of all steps and layers. */
    public AllStates<PackedSequence> allStates(PackedSequence input) {
        return allStates(input, null);
    }

    /** As {@link #forward(PackedSequence, LSTMState)}, with the states of all steps and layers. */
    public AllStates<PackedSequence> allStates(PackedSequence input, LSTMState first) {
        requirePacked(input, first);
        return run(input.data(), input.packing(), first, LSTMLayer.Cells.ALL).map(rows -> new PackedSequence(rows, input.packing()), last -> last);
    }

    /** As {@link #forward(Tensor)}, with the states of all steps and layers. */
    public AllStates<Tensor> allStates(Tensor input) {
        return allStates(input, null);
    }

    /** As {@link #forward(Tensor, LSTMState)}, with the states of all steps and layers. */
    public AllStates<Tensor> allStates(Tensor input, LSTMState first) {
        DenseBatch dense = requireDense(input, first);
        return run(dense.rows(), dense.packing(), first == null ? null : dense.batched(first), LSTMLayer.Cells.ALL).map(dense::back, dense::back);
    }

    private void requirePacked(PackedSequence input, LSTMState first) {
        if (input.data().shape().rank() != 2) {
            throw new IllegalArgumentException("LSTM: packed data is " + input.data().shape() + "; [rows, input size (" + options.inputSize + ")] is required");
        }
        requireInputSize("packed data", input.data());
        if (first != null) {
            requireState(first, input.packing().batch());
        }
    }

    private DenseBatch requireDense(Tensor input, LSTMState first) {
        DenseBatch dense = DenseBatch.of(input, options.batchFirst);
        requireInputSize("input", input);
        if (first != null) {
            Shape h = options.hShape(dense.batch()), c = options.cShape(dense.batch());
            requireState(first, dense.unbatched() ? h.without(1) : h, dense.unbatched() ? c.without(1) : c);
        }
        return dense;
    }

    /** All layers over packed rows; states are [layers · directions, batch, ..] in the order the sequences were given. */
    private AllStates<Tensor> run(Tensor x, Packing packing, LSTMState given, LSTMLayer.Cells wanted) {
        return undisturbed(() -> runLayers(x, packing, given, wanted));
    }

    private AllStates<Tensor> runLayers(Tensor x, Packing packing, LSTMState given, LSTMLayer.Cells wanted) {
        LSTMState first = first(given, packing);
        List<Tensor> h = new ArrayList<>(layers.size()), c = new ArrayList<>();
        List<LSTMState> last = new ArrayList<>(layers.size());
        Tensor rows = x;
        for (int k = 0; k < layers.size(); k++) {
            if (k > 0 && isTraining()) {
                rows = dropout.forward(rows);
            }
            LSTMLayer layer = LSTMLayer.run(backend, layers.get(k), packing.batchSizesShared(), rows, first.narrow(k * options.directions, options.directions), wanted);
            rows = layer.output();
            h.add(rows);
            if (wanted == LSTMLayer.Cells.ALL) {
                c.add(layer.cells());
            }
            last.add(layer.last());
        }
        LSTMState end = LSTMState.cat(last);
        return new AllStates<>(h, c, packing.isSorted() ? end : end.reordered(packing.unsortedShared()));
    }

    /** The states to start from, in sorted order; zero where none are given. */
    private LSTMState first(LSTMState given, Packing packing) {
        if (given == null) {
            Tensor h = Tensor.zeros(options.hShape(packing.batch()).sizes());
            return new LSTMState(h, options.projection == 0 ? h : Tensor.zeros(options.cShape(packing.batch()).sizes()));
        }
        return packing.isSorted() ? given : given.reordered(packing.sortedShared());
    }

    private void requireInputSize(String what, Tensor input) {
        if (input.size(-1) != options.inputSize) {
            throw new IllegalArgumentException("LSTM: " + what + " is " + input.shape() + "; its last dimension must be the input size (" + options.inputSize + ")");
        }
    }

    void requireState(LSTMState state, int batch) {
        requireState(state, options.hShape(batch), options.cShape(batch));
    }

    private static void requireState(LSTMState state, Shape h, Shape c) {
        if (!state.h().shape().equals(h) || !state.c().shape().equals(c)) {
            throw new IllegalArgumentException("LSTM: the first state's h is " + state.h().shape() + " and its c " + state.c().shape() + "; " + (h.equals(c)
                    ? "both must be " + h : "they must be " + h + " and " + c) + ": layers · directions" + (h.rank() == 3 ? ", batch" : "")
                    + (h.equals(c) ? ", hidden size" : ", and the projection's size or the hidden size"));
        }
    }

    /** From now on, drops elements of every layer's output but the last one's with this probability in training. */
    public void dropout(double probability) {
        options.dropout(probability);
        dropout = new Dropout(probability, options.random);
    }

    public int inputSize() {
        return options.inputSize;
    }

    public int hiddenSize() {
        return options.hiddenSize;
    }

    /** The numbers per step in the output: the hidden size, or the projection's; twice it with two directions. */
    public int outputSize() {
        return options.width();
    }

    LSTMBuilder options() {
        return options;
    }

    @Override
    protected String settings() {
        return options.toString();
    }
}
