package dev.sluice.api.tensor;

import java.util.List;

/**
 * One differentiable step, as {@link Gradients#record} remembers it for the way back. A whole layer of an LSTM may be one.
 */
public interface Operation {
    /** What a printed result shows as its {@code grad_fn}. */
    String name();

    /** What gradients are computed for. */
    List<Tensor> inputs();

    /** The tensors whose numbers {@link #backward} reads; that they have not been written since is checked before it runs and after. */
    default List<Tensor> saved() {
        return List.of();
    }

    /**
     * The gradient of each of {@link #inputs}, in their order; null where there is none or the input needs none. Runs with recording off.
     *
     * <p>A result may be one of the {@code gradients} or a part of one, or the same for several inputs. What it makes otherwise, and what it is given, is
     * recycled when its results have been used: none of it can be kept for later.
     *
     * @param gradients the gradient of each output, in their order; null where none arrived, but not for all of them. Not modified
     */
    Tensor[] backward(Tensor[] gradients);

    /** Gives back what was kept for {@link #backward}, which will not be called again. */
    default void release() {}
}
