package dev.sluice.examples.benchmark;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One line of a comparison.
 *
 * @param shape what was run, such as a {@link Workload#title}
 * @param pass {@code forward} or {@code training}
 * @param by who ran it
 * @param seconds of a run, round by round; of those that were measured in turn, the same rounds; empty if it is unsupported
 * @param flop floating-point operations of a run
 * @param unsupported why it was not measured; or null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Measurement(String shape, String pass, int threads, String by, double[] seconds, double flop, String unsupported) {
    /** Its rounds. */
    public Series series() {
        return new Series(seconds);
    }

    /** Whether the other does the same. */
    public boolean isOf(Measurement other) {
        return shape.equals(other.shape) && pass.equals(other.pass) && threads == other.threads;
    }

    /** Operations per second. */
    public double rate() {
        return flop / series().median();
    }
}
