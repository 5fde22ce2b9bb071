package dev.sluice.core;

import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;

/**
 * The hidden and the cell state of an LSTM: both [layers · directions, batch, hidden], or [layers · directions, hidden] without a batch; of
 * an {@link LSTMCell} [batch, hidden] or [hidden]. For each layer the forward direction comes before the reverse one.
 */
public record LSTMState(Tensor h, Tensor c) {
    /** The same numbers without their history: what is carried from one training step to the next. */
    public LSTMState detach() {
        return new LSTMState(h.detach(), c.detach());
    }

    /** A detached copy that outlives {@code scope}: what is carried to the next training step when each has a scope of its own. */
    public LSTMState keep(TensorScope scope) {
        return new LSTMState(scope.keep(h), scope.keep(c));
    }
}
