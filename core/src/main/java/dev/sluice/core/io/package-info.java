/**
 * Weights in files: safetensors and PyTorch's checkpoints, read and written with PyTorch's names.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("model.safetensors"))) {    // or .pt
 *     file.load(lstm, "encoder.lstm");                                       // encoder.lstm.weight_ih_l0 and so on
 * }
 * TensorFile.write(Path.of("lstm.safetensors"), lstm.namedParameters());     // or .pt
 * }</pre>
 *
 * <p>Nothing in a file is ever executed: of PyTorch's checkpoints, which are pickles, only what tensors are made of is understood, and everything else becomes a name. Nor does
 * what nobody asks for decide whether a file opens: a tensor that cannot be read says why when it is asked for. Files are checked before anything is made of them, and one that is
 * damaged or lies costs memory in proportion to its size, not to what it claims.
 */
package dev.sluice.core.io;
