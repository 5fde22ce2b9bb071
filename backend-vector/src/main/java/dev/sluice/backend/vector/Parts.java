package dev.sluice.backend.vector;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Workers;

/**
 * How a recurrence is shared out: by rows of the batch, each of which is a sequence of its own, so that nobody waits for anybody; or, when there are few
 * rows, by hidden units, with a wait at each step.
 */
final class Parts {
    /** Multiply-adds for which a second thread is worth its start. */
    private static final long WORTH_A_THREAD = 200_000;

    /** Fewer rows than this to each thread, and reading the weights takes the time: then each thread reads its own part of them. */
    private static final int FEWEST_ROWS = 4;

    /** Weights that no cache of a core holds: then, too, each thread reads its own part of them. */
    private static final long LARGE_WEIGHTS = 4_000_000;

    private Parts() {}

    /** A part of a recurrence: some rows in all units, or all rows in some vectors of units. */
    @FunctionalInterface
    interface Part {
        /**
         * @param barrier where all parts meet after each step
         */
        void run(int fromRow, int toRow, int fromVector, int toVector, Barrier barrier);
    }

    /**
     * @param weights the numbers that each step reads
     * @param vectors what hidden units are shared out by
     */
    static void run(Workers workers, LSTMKernel.Steps steps, long weights, int vectors, Part part) {
        int batch = steps.batch();
        int threads = workers.threadsFor(steps.rows() * weights, batch < FEWEST_ROWS ? WORTH_A_THREAD / 2 : WORTH_A_THREAD); // few rows wait for memory
        if (threads == 1) {
            part.run(0, batch, 0, vectors, new Barrier(1));
        } else if (batch >= FEWEST_ROWS * threads && (weights < LARGE_WEIGHTS || vectors % threads != 0)) {
            int[] ends = evenRows(steps, threads);
            workers.run(threads, i -> part.run(i == 0 ? 0 : ends[i - 1], ends[i], 0, vectors, new Barrier(1)));
        } else {
            Barrier barrier = new Barrier(Math.min(threads, vectors));
            workers.together(Math.min(threads, vectors), (side, sides) -> {
                try {
                    part.run(0, batch, vectors * side / sides, vectors * (side + 1) / sides, sides == 1 ? new Barrier(1) : barrier);
                } catch (Throwable t) {
                    barrier.fail();
                    throw t;
                }
            });
        }
    }

    /** Where to cut the batch so that each part has about as many steps as every other. */
    private static int[] evenRows(LSTMKernel.Steps steps, int parts) {
        int[] sizes = steps.batchSizes();
        int[] ends = new int[parts];
        long total = steps.rows(), before = 0;
        int part = 0;
        for (int row = 0, length = sizes.length; row < steps.batch(); row++) {
            while (sizes[length - 1] <= row) {
                length--;
            }
            before += length;
            while (part < parts && before * parts >= total * (part + 1)) {
                ends[part++] = row + 1;
            }
        }
        return ends;
    }
}
