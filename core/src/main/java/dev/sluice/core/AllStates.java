package dev.sluice.core;

import dev.sluice.api.tensor.Keepable;
import dev.sluice.api.tensor.TensorScope;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The states of all steps and all layers: more than an {@link LSTMResult} tells, at the price of the memory for it.
 *
 * <p>Both lists hold an element for each layer, in the form the input had, forward and reverse direction side by side. What one layer reads is the
 * hidden state of the one before (after dropout, which is not in here).
 *
 * @param <T> the form: {@link dev.sluice.api.tensor.Tensor} or {@link PackedSequence}
 * @param h the hidden states; those of the last layer are the output
 * @param c the cell states
 * @param last the states after the last step of each sequence
 */
public record AllStates<T extends Keepable<T>>(List<T> h, List<T> c, LSTMState last) implements Keepable<AllStates<T>> {
    @Override
    public AllStates<T> keep(TensorScope scope) {
        return map(rows -> rows.keep(scope), end -> end.keep(scope));
    }

    <U extends Keepable<U>> AllStates<U> map(Function<T, U> rows, UnaryOperator<LSTMState> end) {
        return new AllStates<>(h.stream().map(rows).toList(), c.stream().map(rows).toList(), end.apply(last));
    }

    /** What {@link LSTM#forward} gives. */
    public LSTMResult<T> result() {
        return new LSTMResult<>(h.getLast(), last);
    }

    /** The shapes. */
    @Override
    public String toString() {
        return "AllStates(h=" + h.stream().map(LSTMResult::form).toList() + ", c=" + c.stream().map(LSTMResult::form).toList() + ", last=" + last + ")";
    }
}
