package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import java.lang.System.Logger.Level;

/**
 * The choices of an {@link LSTM}, each with PyTorch's default.
 *
 * <pre>{@code
 * LSTM lstm = LSTM.of(5, 3).layers(2).bidirectional().dropout(0.3).build();
 * LSTMCell cell = LSTM.of(5, 3).forgetBias(1).buildCell();
 * }</pre>
 */
public final class LSTMBuilder {
    /** With more, [4 · hidden, hidden] has more elements than a tensor can hold. */
    private static final int LARGEST_HIDDEN_SIZE = 23_170;

    final int inputSize;
    final int hiddenSize;
    int projection;
    int layers = 1;
    int directions = 1;
    boolean bias = true;
    boolean batchFirst;
    double dropout;
    Float forgetBias; // or null
    boolean zeros;
    Generator random = Generator.shared();
    private Backend backend;

    LSTMBuilder(int inputSize, int hiddenSize) {
        if (inputSize < 1 || hiddenSize < 1 || hiddenSize > LARGEST_HIDDEN_SIZE) {
            throw new IllegalArgumentException("LSTM: input size " + inputSize + ", hidden size " + hiddenSize + "; both must be at least 1, and the hidden size at most "
                    + LARGEST_HIDDEN_SIZE);
        }
        this.inputSize = inputSize;
        this.hiddenSize = hiddenSize;
    }

    LSTMBuilder(LSTMBuilder other) {
        this(other.inputSize, other.hiddenSize);
        projection = other.projection;
        layers = other.layers;
        directions = other.directions;
        bias = other.bias;
        batchFirst = other.batchFirst;
        dropout = other.dropout;
        forgetBias = other.forgetBias;
        zeros = other.zeros;
        random = other.random;
        backend = other.backend;
    }

    /**
     * h is projected to {@code size} numbers, and so are the outputs (Sak et al., 2014); PyTorch's {@code proj_size}. c keeps the hidden size.
     *
     * @param size less than the hidden size; 0, the default, for none
     */
    public LSTMBuilder projection(int size) {
        if (size < 0 || size >= hiddenSize) {
            throw new IllegalArgumentException("LSTM: a projection to " + size + " with a hidden size of " + hiddenSize + "; it must be less than that, or 0 for none");
        }
        projection = size;
        return this;
    }

    /** The output of each layer is the input of the next. */
    public LSTMBuilder layers(int layers) {
        if (layers < 1) {
            throw new IllegalArgumentException("LSTM: " + layers + " layers; at least 1 is required");
        }
        this.layers = layers;
        return this;
    }

    /** A second direction reads each sequence from its own end; both outputs stand side by side. */
    public LSTMBuilder bidirectional() {
        return bidirectional(true);
    }

    public LSTMBuilder bidirectional(boolean bidirectional) {
        directions = bidirectional ? 2 : 1;
        return this;
    }

    /** Whether gates start from biases; without, they start from zero. */
    public LSTMBuilder bias(boolean bias) {
        this.bias = bias;
        return this;
    }

    /** Dense input and output are [batch, steps, ..] instead of [steps, batch, ..]. States stay as they are. */
    public LSTMBuilder batchFirst() {
        return batchFirst(true);
    }

    public LSTMBuilder batchFirst(boolean batchFirst) {
        this.batchFirst = batchFirst;
        return this;
    }

    /** In training, drops elements of every layer's output but the last one's with this probability. */
    public LSTMBuilder dropout(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("LSTM: dropout " + probability + "; a probability from 0 to 1 is required");
        }
        dropout = probability;
        return this;
    }

    /**
     * The forget gates' biases add up to this when training begins, instead of to something near zero. With 1 or 2, cells remember at first, which helps
     * with long sequences (Jozefowicz et al., 2015). PyTorch has no such option. Everything else is drawn as it would be without.
     */
    public LSTMBuilder forgetBias(float sum) {
        if (!Float.isFinite(sum)) {
            throw new IllegalArgumentException("LSTM: a forget gate's bias of " + sum + "; a finite number is required");
        }
        forgetBias = sum;
        return this;
    }

    /** Weights begin as zeros, and none are drawn: for those that are loaded next, {@code LSTM.of(file.shapes(prefix)).zeros().build()}. */
    public LSTMBuilder zeros() {
        zeros = true;
        return this;
    }

    /** Where initial weights and dropout come from. */
    public LSTMBuilder random(Generator random) {
        this.random = random;
        return this;
    }

    /** What it runs on; without one, {@link Backends#current} when it is built. */
    public LSTMBuilder backend(Backend backend) {
        this.backend = backend;
        return this;
    }

    Backend backend() {
        return backend != null ? backend : Backends.current();
    }

    /**
     * @throws IllegalStateException when the choices contradict each other
     */
    public LSTM build() {
        requireConsistency("LSTM");
        if (dropout > 0 && layers == 1) {
            System.getLogger(LSTM.class.getName()).log(Level.WARNING, "LSTM: dropout " + dropout
                    + " with one layer has no effect; it is applied between layers, so at least 2 are needed");
        }
        return new LSTM(this);
    }

    /**
     * One step of one layer in one direction, of these sizes.
     *
     * @throws IllegalStateException when more was chosen than a cell has
     */
    public LSTMCell buildCell() {
        requireConsistency("LSTMCell");
        if (layers > 1 || directions > 1 || projection > 0 || batchFirst || dropout > 0) {
            throw new IllegalStateException("LSTMCell: built from LSTM(" + this + "); a cell is one step of one layer in one direction, without projection, batches first or dropout");
        }
        return new LSTMCell(this);
    }

    private void requireConsistency(String layer) {
        if (forgetBias != null && !bias) {
            throw new IllegalStateException(layer + ": a forget gate's bias of " + forgetBias + " with bias=false; choose one of them");
        }
    }

    /** The size of h: the projection's, or else the hidden size. */
    int outputSize() {
        return projection > 0 ? projection : hiddenSize;
    }

    /** The numbers per step that a layer puts out, all directions together. */
    int width() {
        return directions * outputSize();
    }

    Shape hShape(int batch) {
        return Shape.of(layers * directions, batch, outputSize());
    }

    Shape cShape(int batch) {
        return Shape.of(layers * directions, batch, hiddenSize);
    }

    /** The sizes, and what is not default. */
    @Override
    public String toString() {
        return inputSize + ", " + hiddenSize + (projection == 0 ? "" : ", projection=" + projection) + (layers == 1 ? "" : ", layers=" + layers)
                + (bias ? "" : ", bias=false") + (batchFirst ? ", batchFirst=true" : "") + (dropout == 0 ? "" : ", dropout=" + dropout)
                + (directions == 1 ? "" : ", bidirectional=true") + (forgetBias == null ? "" : ", forgetBias=" + forgetBias);
    }
}
