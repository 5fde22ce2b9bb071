package dev.sluice.core;

import dev.sluice.api.tensor.Generator;

/**
 * An {@link LSTM} of one layer that reads each sequence in both directions (Graves and Schmidhuber, 2005): every step of its output, of
 * twice the hidden size, knows what comes before it and what comes after it. For more layers:
 * {@code LSTM.of(input, hidden).layers(2).bidirectional().build()}.
 */
public final class BiLSTM extends LSTM {
    /** Draws from {@link Generator#shared}. */
    public BiLSTM(int inputSize, int hiddenSize) {
        this(inputSize, hiddenSize, Generator.shared());
    }

    public BiLSTM(int inputSize, int hiddenSize, Generator random) {
        super(LSTM.of(inputSize, hiddenSize).bidirectional().random(random));
    }
}
