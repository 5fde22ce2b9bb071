package dev.sluice.core;

import dev.sluice.api.tensor.Keepable;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.List;

/**
 * The hidden and the cell state of an LSTM: both [layers · directions, batch, hidden], or [layers · directions, hidden] without a batch; of
 * an {@link LSTMCell} [batch, hidden] or [hidden]. For each layer the forward direction comes before the reverse one. With a projection, h has its size.
 */
public record LSTMState(Tensor h, Tensor c) implements Keepable<LSTMState> {
    public LSTMState {
        if (h == null || c == null) {
            throw new NullPointerException("LSTMState: " + (h == null ? "h" : "c") + " is null; both h and c are required (to begin from zeros, give no state at all)");
        }
    }

    /** The same numbers without their history: what is carried from one training step to the next. */
    public LSTMState detach() {
        return new LSTMState(h.detach(), c.detach());
    }

    /** A detached copy that outlives {@code scope}: what is carried to the next training step when each has a scope of its own. */
    @Override
    public LSTMState keep(TensorScope scope) {
        return new LSTMState(scope.keep(h), scope.keep(c));
    }

    /** The shapes. */
    @Override
    public String toString() {
        return "LSTMState(h=" + h.shape() + ", c=" + c.shape() + ")";
    }

    /** With a batch of one in the middle. */
    LSTMState unsqueezed() {
        return new LSTMState(h.view(h.size(0), 1, h.size(1)), c.view(c.size(0), 1, c.size(1)));
    }

    /** The opposite of {@link #unsqueezed}. */
    LSTMState squeezed() {
        return new LSTMState(h.view(h.size(0), h.size(2)), c.view(c.size(0), c.size(2)));
    }

    /** Some of the layers and directions. */
    LSTMState narrow(int from, int count) {
        return new LSTMState(h.narrow(0, from, count), c.narrow(0, from, count));
    }

    /** The states of all layers, given those of each. */
    static LSTMState cat(List<LSTMState> layers) {
        return layers.size() == 1 ? layers.getFirst() : new LSTMState(Tensor.cat(layers.stream().map(LSTMState::h).toList(), 0), Tensor.cat(layers.stream().map(LSTMState::c).toList(), 0));
    }

    /** With the batch in another order. */
    LSTMState reordered(int[] order) {
        return new LSTMState(reordered(h, order), reordered(c, order));
    }

    /** [n, batch, ..] with the batch in another order. */
    private static Tensor reordered(Tensor state, int[] order) {
        int batch = order.length;
        int[] rows = new int[state.size(0) * batch];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / batch * batch + order[i % batch];
        }
        return state.view(rows.length, state.size(2)).rows(rows).view(state.shape().sizes());
    }
}
