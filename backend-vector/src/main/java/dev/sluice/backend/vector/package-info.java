/**
 * The backend {@code vector}: SIMD through {@code jdk.incubator.vector}, exact, and the one to use. Start Java with
 * {@code --add-modules jdk.incubator.vector}; on the module path that is not needed.
 *
 * <p>From the outside in: {@code VectorProvider} opens it; {@code VectorBackend} has the kernels; {@code Gemm} and {@code FusedLSTM} bring their operands into
 * {@code Slivers}, {@code Panels} and tiles; {@code Tile} and {@code Cell} compute, and know nothing of matrices.
 */
package dev.sluice.backend.vector;
