/**
 * LSTM layers, and the packed sequences they run on.
 *
 * <p>{@link dev.sluice.core.LSTM} and {@link dev.sluice.core.BiLSTM} take dense tensors and
 * {@linkplain dev.sluice.core.PackedSequence packed sequences} of different lengths; a dense batch is a packing whose sequences are equally
 * long. The same sequence gives the same bits on every exact backend and with any number of threads: alone or in a batch, packed or padded,
 * whole or in chunks with the state carried on, in one call or in a loop over {@link dev.sluice.core.LSTMCell}.
 */
package dev.sluice.core;
