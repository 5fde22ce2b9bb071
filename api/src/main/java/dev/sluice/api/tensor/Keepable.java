package dev.sluice.api.tensor;

/**
 * What consists of tensors, and may outlive a scope that they were made in: {@link Inference#of} gives it back whole. A model's own kind of result is one with a line:
 *
 * <pre>{@code
 * record Scores(Tensor tags, Tensor words) implements Keepable<Scores> {
 *     public Scores keep(TensorScope scope) {
 *         return new Scores(scope.keep(tags), scope.keep(words));
 *     }
 * }
 * }</pre>
 *
 * @param <T> the kind itself
 */
public interface Keepable<T extends Keepable<T>> {
    /** The same with {@link TensorScope#keep} of each tensor, so that it outlives {@code scope}. */
    T keep(TensorScope scope);
}
