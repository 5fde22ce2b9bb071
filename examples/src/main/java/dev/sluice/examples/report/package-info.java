/**
 * A report that compares the backends, and them with other libraries, on one machine: what is measured ({@link dev.sluice.examples.report.Shapes}, {@link dev.sluice.examples.report.Scaling},
 * {@link dev.sluice.examples.report.Starts}, {@link dev.sluice.examples.report.Kernels}), what came of it ({@link dev.sluice.examples.report.Results}, which is results.json), and how it is shown.
 */
package dev.sluice.examples.report;
