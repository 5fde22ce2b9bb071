/**
 * The backend {@code scalar}: plain Java loops, exact, and the readable reference for every other backend.
 *
 * <p>It needs nothing but the JVM and a processor with fused multiply-add.
 */
package dev.sluice.backend.scalar;
