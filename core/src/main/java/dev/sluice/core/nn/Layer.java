package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/** What makes one tensor of another: a module such as {@link Linear}, or a function such as {@code Tensor::relu}. {@link Sequential} puts them one after the other. */
@FunctionalInterface
public interface Layer {
    Tensor forward(Tensor input);
}
