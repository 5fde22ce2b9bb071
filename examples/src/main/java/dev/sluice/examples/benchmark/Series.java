package dev.sluice.examples.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * One number measured in several rounds. In each round everything that is compared takes its turn, so that what slows the machine for a while slows all of it; ratios are taken round by round.
 */
public record Series(double... rounds) {
    /** The middle one, sorted. */
    public double median() {
        return sorted()[rounds.length / 2];
    }

    public double lowest() {
        return sorted()[0];
    }

    public double highest() {
        return sorted()[rounds.length - 1];
    }

    private double[] sorted() {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** This over the other, round by round. */
    public Series over(Series other) {
        return of(rounds.length, i -> rounds[i] / other.rounds[i]);
    }

    private static Series of(int count, IntToDoubleFunction value) {
        return new Series(IntStream.range(0, count).mapToDouble(value).toArray());
    }

    /** What can be measured. */
    @FunctionalInterface
    public interface Turn {
        /** Seconds that one run takes. */
        double seconds() throws IOException;
    }

    /**
     * Measures each as often as there are rounds.
     *
     * @param after is called after each turn
     */
    public static List<Series> inTurn(List<Turn> turns, int rounds, Runnable after) throws IOException {
        double[][] seconds = new double[turns.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < turns.size(); i++) {
                seconds[i][round] = turns.get(i).seconds();
                after.run();
            }
        }
        return Arrays.stream(seconds).map(Series::new).toList();
    }

    /** The seconds of each run of those that fit into a time, of one at least. */
    public static Series timed(Runnable run, double seconds) {
        DoubleStream.Builder times = DoubleStream.builder();
        long begin = System.nanoTime(), end = begin + (long) (seconds * 1e9);
        do {
            run.run();
            long now = System.nanoTime();
            times.add((now - begin) / 1e9);
            begin = now;
        } while (begin < end);
        return new Series(times.build().toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Series series && Arrays.equals(rounds, series.rounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(rounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(rounds);
    }
}
