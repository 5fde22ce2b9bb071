package dev.sluice.examples.benchmark;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a {@link Worker} is asked to time.
 *
 * @param training forward and backward of the sum of the output to parameters and input, with changed weights and packing included; else forward
 * @param warmUp seconds in which passes do not count
 * @param seconds in which they do; there is one at least
 */
public record Request(Work work, boolean training, int threads, double warmUp, double seconds) {
    /** The same for another time. */
    public Request lasting(double newWarmUp, double newSeconds) {
        return new Request(work, training, threads, newWarmUp, newSeconds);
    }

    /** Seconds before each turn that do not count: one may have slept, its caches are another's, and threads of the one before may still wait for work on its processor. */
    public double beforeTurn() {
        return Math.min(warmUp, 0.3);
    }

    /** As a line of names and values; {@link #of} reads it. */
    public String line() {
        String lengths = Arrays.stream(work.lengths()).mapToObj(Integer::toString).collect(Collectors.joining(","));
        return "steps=" + work.steps() + " batch=" + work.batch() + " input=" + work.input() + " hidden=" + work.hidden() + " layers=" + work.layers() + " directions=" + work.directions()
                + " lengths=" + lengths + " training=" + training + " threads=" + threads + " warm_up=" + warmUp + " seconds=" + seconds;
    }

    /** What a line says. */
    public static Request of(String line) {
        Map<String, String> values = Arrays.stream(line.split(" ")).collect(Collectors.toMap(pair -> pair.substring(0, pair.indexOf('=')), pair -> pair.substring(pair.indexOf('=') + 1)));
        int[] lengths = Arrays.stream(values.get("lengths").split(",")).filter(length -> !length.isEmpty()).mapToInt(Integer::parseInt).toArray();
        return new Request(new Work(number(values, "steps"), number(values, "batch"), number(values, "input"), number(values, "hidden"), number(values, "layers"), number(values, "directions"), lengths),
                Boolean.parseBoolean(values.get("training")), number(values, "threads"), Double.parseDouble(values.get("warm_up")), Double.parseDouble(values.get("seconds")));
    }

    private static int number(Map<String, String> values, String name) {
        return Integer.parseInt(values.get(name));
    }
}
