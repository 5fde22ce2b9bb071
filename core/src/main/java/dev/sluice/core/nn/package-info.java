/**
 * The layers and losses around an LSTM, named and behaving as {@code torch.nn}'s.
 *
 * <p>A model is a {@link dev.sluice.core.nn.Module} made of others.
 */
package dev.sluice.core.nn;
