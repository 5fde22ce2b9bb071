package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.util.Arrays;

/**
 * The sizes of an LSTM and its input.
 *
 * @param directions 1 or 2
 * @param lengths of packed sequences; none where all have {@code steps}
 */
public record Work(int steps, int batch, int input, int hidden, int layers, int directions, int... lengths) {
    /** What a forward pass costs at least: the input terms of all steps at once, the recurrent ones step by step. A training pass costs three times as much. */
    public Cost cost() {
        double rows = lengths.length == 0 ? (double) steps * batch : Arrays.stream(lengths).sum();
        double inputs = 0;
        for (int layer = 0; layer < layers; layer++) {
            inputs += 2 * rows * directions * 4 * hidden * (layer == 0 ? input : directions * hidden);
        }
        long weights = 4L * 4 * hidden * hidden; // of one layer and direction
        return new Cost(inputs, 2 * rows * layers * directions * 4 * hidden * hidden, weights, (double) layers * directions * steps);
    }

    /** A model of these sizes with its input, on a backend. */
    public Passes on(Backend backend) {
        return new Passes(this, backend);
    }

    /** {@code 50 steps, batch 32, 100 to 200, 2 layers, 2 directions} */
    @Override
    public String toString() {
        String length = lengths.length == 0 ? steps + (steps == 1 ? " step" : " steps") : Arrays.stream(lengths).min().getAsInt() + " to " + Arrays.stream(lengths).max().getAsInt() + " steps";
        return length + ", batch " + batch + ", " + input + " to " + hidden + (layers == 1 ? "" : ", " + layers + " layers") + (directions == 1 ? "" : ", 2 directions");
    }
}
