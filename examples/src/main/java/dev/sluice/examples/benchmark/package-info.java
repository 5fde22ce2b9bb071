/**
 * What is measured, and how. The standard shapes are {@link dev.sluice.examples.benchmark.Workload}s, their passes {@link dev.sluice.examples.benchmark.Passes}.
 *
 * <ul>
 * <li>JMH benchmarks, on {@link dev.sluice.examples.benchmark.OnBackend}, are run by {@link dev.sluice.examples.Benchmarks}.
 * <li>In a {@link dev.sluice.examples.benchmark.Contest}, {@link dev.sluice.examples.benchmark.Contender}s do the same work in turn: backends in this process, and others, each a
 * {@link dev.sluice.examples.benchmark.Peer} whose other side is a {@link dev.sluice.examples.benchmark.Worker}.
 * <li>{@link dev.sluice.examples.benchmark.Limits} says what the processor can do at most, and {@link dev.sluice.examples.benchmark.Cost} what a pass needs of it.
 * </ul>
 *
 * <p>They measure ratios: compare only figures of one run.
 */
package dev.sluice.examples.benchmark;
