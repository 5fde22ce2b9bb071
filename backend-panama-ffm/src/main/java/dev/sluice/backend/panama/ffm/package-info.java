/**
 * The backend {@code panama-ffm}: large products by a BLAS library that the machine has, through {@code java.lang.foreign}, and everything else by the best
 * backend in Java on the class path.
 *
 * <p>{@link dev.sluice.backend.panama.ffm.LibrarySearch} finds a library, {@link dev.sluice.backend.panama.ffm.Library} opens it,
 * {@link dev.sluice.backend.panama.ffm.CBLAS} holds its functions and {@link dev.sluice.backend.panama.ffm.Identity} what it tells about itself;
 * {@link dev.sluice.backend.panama.ffm.Choice} says what it computes and {@link dev.sluice.backend.panama.ffm.Products} shares that out, in copies where
 * {@link dev.sluice.backend.panama.ffm.FencedProduct} is needed.
 *
 * <p>It is not exact: a library adds up in an order of its own. On the same library and number of threads, the same program gives the same bits each time.
 */
package dev.sluice.backend.panama.ffm;
