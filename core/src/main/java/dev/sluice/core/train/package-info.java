/**
 * Training: optimizers, learning rates, clipping, batches of sequences of similar length, and checkpoints to go on from.
 *
 * <pre>{@code
 * for (int[] batch : batches.shuffled(random)) {
 *     try (TensorScope step = TensorScope.open()) {
 *         Tensor loss = crossEntropy.of(model.forward(...), tags);
 *         optimizer.zeroGradients();
 *         loss.backward();
 *         clip.apply(model.parameters());
 *         optimizer.step();
 *     }
 * }
 * }</pre>
 */
package dev.sluice.core.train;
