/**
 * What a backend must do, and how backends are found. Tensors are in {@link dev.sluice.api.tensor}.
 *
 * <p>A backend is two classes and a line: a {@link dev.sluice.api.Backend}, a {@link dev.sluice.api.BackendProvider} that opens it, and the
 * provider's name in {@code META-INF/services/dev.sluice.api.BackendProvider} (in a named module, {@code provides}). Putting its jar on the
 * class path is all a user does.
 *
 * <h2>The contract</h2>
 *
 * <h3>Layout</h3>
 * <ol>
 *   <li>Arguments are {@linkplain dev.sluice.api.Matrix matrices} of float32 in native memory, any offset, any row stride from the number of
 *       columns up. Only their elements are read or written; what lies between rows or around them is somebody else's.
 *   <li>Rows or columns may be none; then nothing is computed, but an output of a product over no terms is still written.
 * </ol>
 *
 * <h3>Aliasing and mutation</h3>
 * <ol start="3">
 *   <li>Inputs are not modified. Outputs share no element with any other argument.
 *   <li>β = 0 means that the output is not read: what it held, NaN included, does not matter.
 *   <li>Nothing is kept after a call returns, except by {@link dev.sluice.api.LSTMKernel.Prepared} until it is closed.
 * </ol>
 *
 * <h3>Threads</h3>
 * <ol start="6">
 *   <li>Every method may be called from many threads at once.
 *   <li>A backend starts no threads; it shares out work over the {@link dev.sluice.api.Workers} it was opened with. What it computes does not
 *       depend on their number.
 * </ol>
 *
 * <h3>Numbers</h3>
 * An exact backend follows these to the bit; others stay within the rounding errors of as many terms.
 * <ol start="8">
 *   <li>Everything is computed in float32. Products are added by fused multiply-add. NaN is compared as NaN, whatever its payload.
 *   <li>An element of a product is one chain: from β·C (+0 when β = 0), over all k in ascending order. Blocks, threads and vector lanes may be
 *       arranged at will as long as each chain stays one chain: no partial sums, no extra terms.
 *   <li>{@link dev.sluice.api.Backend#lstmCell} and its gradient are computed as written there, with the functions of
 *       {@link dev.sluice.api.Activations}.
 *   <li>A row depends on its own row only: NaN and infinity stay in it.
 *   <li>An {@link dev.sluice.api.LSTMKernel} gives the bits of {@link dev.sluice.api.StepwiseLSTM}.
 * </ol>
 *
 * <h3>Failure</h3>
 * <ol start="13">
 *   <li>A backend that cannot run says so in {@link dev.sluice.api.BackendProvider#open}, with the reason and the next action; a backend that
 *       was opened works.
 *   <li>Arguments are checked before they reach a backend, in one place, for all of them.
 * </ol>
 */
package dev.sluice.api;
