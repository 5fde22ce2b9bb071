package dev.sluice.examples.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * How a process starts that runs forward passes of the notebook's shape on one thread.
 *
 * @param first seconds from its start to its first result
 * @param steady seconds from its start until passes were as fast as they get: from when on 20 of them took at most 1.5 times as long as in the end
 * @param peakMemory the most memory the process had, in bytes, if the system tells
 */
public record Start(double first, double steady, OptionalLong peakMemory) {
    private static final double SECONDS = 4;
    private static final int STEADY = 20;
    private static final Request ONE_PASS = new Request(Workload.NOTEBOOK.work(), false, 1, 0, 0);

    /** Starts a {@link Worker}, and ends it. */
    public static Start of(List<String> command) throws IOException {
        long begin = System.nanoTime();
        try (Peer peer = new Peer(command)) {
            peer.times(ONE_PASS);
            double first = (System.nanoTime() - begin) / 1e9;
            OptionalLong memory = peer.peakMemory();
            double[] times = peer.times(ONE_PASS.lasting(0, SECONDS));
            return new Start(first, first + Arrays.stream(times).limit(steady(times)).sum(), memory);
        }
    }

    /** How many passes came before those that are steady. */
    private static int steady(double[] times) {
        double enough = 1.5 * new Series(Arrays.copyOfRange(times, times.length / 2, times.length)).median();
        int run = 0;
        for (int i = 0; i < times.length; i++) {
            run = times[i] <= enough ? run + 1 : 0;
            if (run == STEADY) {
                return i - STEADY + 1;
            }
        }
        return times.length;
    }
}
