/** JMH benchmarks, run by {@link dev.sluice.examples.Benchmarks}. They measure ratios: compare only figures of one run. */
package dev.sluice.examples.benchmark;
