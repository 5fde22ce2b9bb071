/** The backend {@code vector}: SIMD through {@code jdk.incubator.vector}. In this release it only says that it is not there. */
package dev.sluice.backend.vector;
