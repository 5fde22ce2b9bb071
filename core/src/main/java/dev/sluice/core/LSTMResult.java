package dev.sluice.core;

import dev.sluice.api.tensor.Keepable;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.stream.IntStream;

/**
 * What an LSTM gives back.
 *
 * <pre>{@code
 * Tensor read = lstm.forward(words).lastHidden();                 // [batch, directions · hidden]: a vector for each sequence
 * Tensor logits = head.forward(read);                             // [batch, classes]
 * }</pre>
 *
 * @param <T> the form: {@link Tensor} or {@link PackedSequence}
 * @param output the last layer's hidden state of every step, forward and reverse direction side by side, in the form the input had
 * @param state the states after the last step of each sequence
 */
public record LSTMResult<T extends Keepable<T>>(T output, LSTMState state) implements Keepable<LSTMResult<T>> {
    /**
     * The last layer's h when each sequence has been read: after its last step and, beside it, that of the reverse direction after its first. What
     * {@code torch.cat((h[-2], h[-1]), 1)} gives with two directions, and {@code h[-1]} with one. To take all steps into account instead, see
     * {@link PackedSequence#mean} and {@link PackedSequence#max}.
     *
     * @return [batch, directions · hidden], or [directions · hidden] without a batch; packed sequences in the order they were given
     */
    public Tensor lastHidden() {
        Tensor h = state.h();
        int directions = steps().size(-1) / h.size(-1);
        return Tensor.cat(IntStream.range(h.size(0) - directions, h.size(0)).mapToObj(k -> h.select(0, k)).toList(), -1);
    }

    /** [.., directions · hidden] */
    private Tensor steps() {
        return switch (output) {
            case Tensor dense -> dense;
            case PackedSequence packed -> packed.data();
            default -> throw new IllegalStateException("lastHidden: the output is of " + output.getClass() + "; that of an LSTM, a Tensor or a PackedSequence, is required");
        };
    }

    @Override
    public LSTMResult<T> keep(TensorScope scope) {
        return new LSTMResult<>(output.keep(scope), state.keep(scope));
    }

    /** The shapes. */
    @Override
    public String toString() {
        return "LSTMResult(output=" + form(output) + ", state=" + state + ")";
    }

    /** Of a tensor its shape, for texts that are to be short. */
    static Object form(Object value) {
        return value instanceof Tensor tensor ? tensor.shape() : value;
    }
}
