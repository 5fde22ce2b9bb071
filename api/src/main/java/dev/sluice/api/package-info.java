/**
 * What a backend must do, and how backends are found. Tensors are in {@link dev.sluice.api.tensor}.
 *
 * <p>A backend is two classes and a line: a {@link dev.sluice.api.Backend}, a {@link dev.sluice.api.BackendProvider} that opens it, and the
 * provider's name in {@code META-INF/services/dev.sluice.api.BackendProvider} (in a named module, {@code provides}). Putting its jar on the
 * class path is all a user does.
 *
 * <h2>The contract</h2>
 *
 * <p>A backend that says it is {@linkplain dev.sluice.api.Backend#isExact exact} follows rules 11 to 23 to the bit; another stays within the rounding errors
 * of as many terms, and rule 17 is not asked of it. The conformance kit, in this module's tests jar, cites the rules by number.
 *
 * <h3>Layout</h3>
 * <ol>
 *   <li>Element (r, c) of a {@link dev.sluice.api.Matrix} is number {@code offset + r·rowStride + c} of its block, for any offset and
 *       any row stride from the number of columns up. <i>So parts of larger tensors need no copies.</i>
 *   <li>Nothing but the elements of its outputs is written. <i>What lies between rows and around a matrix is somebody else's.</i>
 *   <li>Rows, columns and terms may be none. A product over no terms is still written: β·C. <i>So an empty batch is no special case.</i>
 *   <li>Sizes are any; none must be a multiple of anything.
 * </ol>
 *
 * <h3>Mutation</h3>
 * <ol start="5">
 *   <li>Inputs are not modified; of the arguments, only those that say “Written.” or “Modified.” are outputs. Nothing of them is kept after a
 *       call: the next finds in the same memory what is there then. <i>Only {@link dev.sluice.api.PreparedMatrix} and
 *       {@link dev.sluice.api.LSTMKernel.Prepared} keep something.</i>
 *   <li>β = 0 means that the output is not read. <i>What it held, NaN included, does not matter.</i>
 *   <li>Any other β multiplies what the output held.
 *   <li>Outputs share no element with any other argument; callers see to that. <i>So kernels may read and write in any order.</i>
 * </ol>
 *
 * <h3>Threads</h3>
 * <ol start="9">
 *   <li>Every method may be called from many threads at once, those of what was prepared included.
 *   <li>A backend starts no threads; it shares out work over the {@link dev.sluice.api.Workers} it was opened with. What an exact one computes
 *       does not depend on their number, to the bit; another gives the same bits each time on the same number.
 * </ol>
 *
 * <h3>Numbers</h3>
 * <ol start="11">
 *   <li>An element of a product is one chain: from β·C (+0 when β = 0), over all k in ascending order, by fused multiply-add in float32.
 *       <i>Blocks, threads and vector lanes may be arranged at will, as long as each chain stays one chain: no partial sums.</i> A product with a prepared matrix is no other.
 *   <li>A sum of rows starts from β·row (+0 when β = 0) and takes the rows in ascending order.
 *   <li>{@code addRow} and {@code axpy} round once for each element.
 *   <li>{@link dev.sluice.api.Backend#lstmCell} is computed as written there, with the functions of {@link dev.sluice.api.Activations};
 *       its numbers keep their digits near zero.
 *   <li>{@link dev.sluice.api.Backend#lstmCellGradient} is computed as written there.
 *   <li>A row of a result depends on its own row only, and terms are never made up (0·∞ is NaN). <i>So NaN and infinity stay where they
 *       belong.</i> NaN is compared as NaN, whatever its payload.
 *   <li>Denormal numbers and the signs of zeros are kept.
 * </ol>
 *
 * <h3>Whole layers</h3>
 * <ol start="18">
 *   <li>Forward gives what {@link dev.sluice.api.StepwiseLSTM} gives, the cell state of every step included.
 *   <li>So do the gradients. Backward may be called again with the same pass: nothing in it is used up.
 *   <li>The last states are those after each sequence's own last step (in the reverse direction, its first); a sequence starts from its
 *       own first state wherever it starts.
 *   <li>Inference gives what forward gives.
 *   <li>What was prepared, a layer's weights or a matrix, is what it was then, and a new preparation sees new numbers.
 *   <li>A forward without a backward, or a call that fails, leaves nothing behind.
 * </ol>
 *
 * <h3>Failure</h3>
 * <ol start="24">
 *   <li>A backend that cannot run says so in {@link dev.sluice.api.BackendProvider#open}, with the reason and the next action; one that
 *       was opened works, on the workers it was given, under its provider's name.
 *   <li>Arguments are checked before they reach a backend, in one place, for all of them. <i>So no backend has to.</i>
 * </ol>
 *
 * <h2>The rest of a training step</h2>
 *
 * <p>What no backend computes has one order too, so that a training gives the same bits on every exact backend, with any number of threads and
 * under any option of the JVM:
 * <ul>
 *   <li>Sums over a whole tensor (loss, mean, norm) are taken in double: in blocks of 4096 numbers the k-th goes to sum k mod 8, the eight are
 *       added pairwise, and blocks in a tree that halves their number. Sums along a dimension are taken in double in ascending order; so is
 *       the gradient of an operand that was repeated to another's shape, in row-major order of what it was repeated to.
 *   <li>Softmax takes {@link dev.sluice.api.Activations#exp} of what is left when the largest of the row is subtracted; logarithms, powers
 *       and trigonometry, and a tensor's own {@code exp}, are those of {@link java.lang.StrictMath}, taken in double.
 *   <li>A gradient that arrives several times is added up as finished tensors, from the latest operation to the earliest; onto what a
 *       parameter has already, last. That of a part (a slice, rows) is added to the elements it belongs to, and the others are left as they are: no zeros
 *       are added to them. <i>So it costs as much as the part.</i> Rows that one operation takes several times (embedding) are added up first, in ascending
 *       order of where they went.
 *   <li>The input's gradient of a layer with two directions is the forward direction's plus the reverse one's.
 *   <li>Optimizers work element by element in the order that their pages give; the norm for clipping adds the sums of the parameters in their
 *       order.
 *   <li>Dropout draws for each element in row-major order, which for packed data is packed order; sequences of one length keep their order.
 * </ul>
 */
package dev.sluice.api;
