package dev.sluice.examples.report;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.stream.IntStream;

/**
 * How something grows: the time of a pass, or the memory of a process that runs it.
 *
 * @param axis what is varied, such as {@code steps}
 * @param pass {@code forward} or {@code training}
 * @param by who ran it
 * @param at the values of what is varied
 * @param seconds the median time of a pass at each
 * @param bytes the most memory of a process at each; empty where it was not measured
 */
@JsonIgnoreProperties(value = "exponent", allowGetters = true) // written for the page, and not read
public record Curve(String axis, String pass, String by, double[] at, double[] seconds, double[] bytes) {
    /** Whether it can be a power of what is varied. */
    public boolean hasExponent() {
        return at[0] > 0;
    }

    /** e in seconds ∝ atᵉ, by least squares of the logarithms, over the upper half of the values, if there are four or more, where what does not grow counts least. */
    @JsonProperty
    public double exponent() {
        int from = at.length < 4 ? 0 : at.length / 2;
        double[] x = IntStream.range(from, at.length).mapToDouble(i -> Math.log(at[i])).toArray(), y = IntStream.range(from, at.length).mapToDouble(i -> Math.log(seconds[i])).toArray();
        double meanX = mean(x), meanY = mean(y), xy = 0, xx = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
        }
        return xy / xx;
    }

    private static double mean(double[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElse(Double.NaN);
    }
}
