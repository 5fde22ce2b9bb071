/**
 * Tensors: float32 numbers in recycled native memory, with shapes and gradients.
 *
 * <p>{@link dev.sluice.api.tensor.Tensor} is where to start. {@link dev.sluice.api.tensor.TensorScope} recycles the tensors of a training
 * step when it ends, {@link dev.sluice.api.tensor.Inference} runs a model in use,
 * {@link dev.sluice.api.tensor.Gradients} switches recording off and lets new kinds of operation join in, and
 * {@link dev.sluice.api.tensor.Generator} is where random numbers come from.
 */
package dev.sluice.api.tensor;
