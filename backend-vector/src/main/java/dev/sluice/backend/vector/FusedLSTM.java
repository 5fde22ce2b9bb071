package dev.sluice.backend.vector;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Workers;

/** The recurrence in one piece: weights rearranged once, each step's products and gates while they are in the first cache. */
final class FusedLSTM implements LSTMKernel {
    private final Workers workers;

    FusedLSTM(Workers workers) {
        this.workers = workers;
    }

    @Override
    public Prepared prepare(Weights weights) {
        return new FusedWeights(weights, workers);
    }

    /** Rows begin with the gates, panel by panel; then come the cells. Both are filled up to whole vectors. */
    @Override
    public int savedWidth(Weights weights) {
        return 5 * Lanes.padded(weights.hiddenSize());
    }
}
