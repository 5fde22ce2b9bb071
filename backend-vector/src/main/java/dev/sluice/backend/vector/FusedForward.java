package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * The way forward. A few steps at a time: the input terms of all their rows, panel by panel; then step by step, for each panel, the recurrent terms and at once
 * the gates, so that sums go from the product to the cell within the first cache.
 */
final class FusedForward {
    /** Sums that are kept between the input terms and the recurrence: small enough to stay in the second cache. */
    private static final int MOST_SUMS = 128 * 1024;

    private final FusedWeights weights;
    private final FusedWeights.Both rearranged; // or null
    private final Units units;
    private final int[] batchSizes;
    private final int[] rowOf; // where each step begins
    private final boolean reverse;
    private final Matrix x;
    private final Matrix y;
    private final LSTMKernel.States last;
    private final Matrix saved; // or null
    private final Matrix h; // [2 · batch, units filled up]: after even steps and after odd ones
    private final Matrix c; // [batch, units filled up]
    private final int turn;

    private FusedForward(FusedWeights weights, LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last, Matrix saved, Scratch scratch) {
        this.weights = weights;
        rearranged = weights.rearranged(steps.count());
        this.units = weights.units;
        this.x = x;
        this.y = y;
        this.last = last;
        this.saved = saved;
        turn = weights.turn();
        batchSizes = steps.batchSizes();
        reverse = steps.direction() == Direction.REVERSE;
        rowOf = new int[batchSizes.length];
        for (int t = 1; t < rowOf.length; t++) {
            rowOf[t] = rowOf[t - 1] + batchSizes[t - 1];
        }
        int batch = steps.batch();
        h = scratch.matrix(2 * batch, units.padded());
        c = scratch.matrix(batch, units.padded());
        Blocks.copyPadded(first.h(), h.rows(0, batch));
        Blocks.copyPadded(first.h(), h.rows(batch, batch)); // for sequences that start late
        Blocks.copyPadded(first.c(), c);
    }

    static void run(FusedWeights weights, LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last, Matrix saved) {
        Units units = weights.units;
        try (Scratch scratch = new Scratch(3L * steps.batch() * units.padded())) {
            FusedForward forward = new FusedForward(weights, steps, x, first, y, last, saved, scratch);
            Parts.run(weights.workers, steps, 4L * units.count() * (x.columns() + units.count()), units.vectors(), forward::sweep);
        }
    }

    /** All steps of the rows and vectors of units given. */
    private void sweep(int fromRow, int toRow, int fromVector, int toVector, Barrier barrier) {
        new Part(fromRow, toRow, fromVector, toVector, barrier).run();
    }

    /** The step that comes as number {@code s}, counted as packed. */
    private int t(int s) {
        return reverse ? batchSizes.length - 1 - s : s;
    }

    /** Some rows of the batch in some vectors of units. */
    private final class Part {
        private final int fromRow, toRow, fromVector, toVector;
        private final Barrier barrier;
        private final boolean whole; // whether it has all rows of a step: then those of several steps follow each other
        private Matrix sums; // [vectors · rows, panel], panel by panel
        private Slivers xSlivers; // of the steps taken together
        private Slivers hSlivers; // of one step
        private FusedWeights.Both panels;
        private int rows; // of the steps taken together
        private int lowest; // the first of them in packed order

        Part(int fromRow, int toRow, int fromVector, int toVector, Barrier barrier) {
            this.fromRow = fromRow;
            this.toRow = toRow;
            this.fromVector = fromVector;
            this.toVector = toVector;
            this.barrier = barrier;
            whole = toRow - fromRow == c.rows();
        }

        void run() {
            int all = 0;
            for (int s = 0; s < batchSizes.length; s++) {
                all += places(live(s));
            }
            int vectors = toVector - fromVector;
            int live = places(toRow - fromRow);
            int most = Math.min(all, Math.max(live, MOST_SUMS / (PANEL * vectors)));
            try (Scratch scratch = new Scratch((long) most * vectors * PANEL + Slivers.floats(most, x.columns()) + Slivers.floats(live, units.count())
                    + (rearranged == null ? FusedWeights.blockFloats() : 0))) {
                sums = scratch.matrix(most * vectors, PANEL);
                xSlivers = new Slivers(scratch, most, x.columns());
                hSlivers = new Slivers(scratch, live, units.count());
                panels = rearranged == null ? weights.blocks(scratch) : rearranged;
                for (int step = 0, end; step < batchSizes.length; step = end) {
                    rows = places(live(step));
                    for (end = step + 1; end < batchSizes.length && rows + places(live(end)) <= most; end++) {
                        rows += places(live(end));
                    }
                    lowest = Math.min(rowOf[t(step)], rowOf[t(end - 1)]);
                    fillSlivers(step, end);
                    for (int v = fromVector; end - step > 1 && v < toVector; v++) {
                        inputTerms(v, step, end);
                    }
                    for (int s = step, place = 0; s < end; place += places(live(s)), s++) {
                        recurrence(s, live(s), whole ? rowOf[t(s)] - lowest : place, end - step == 1);
                        barrier.await();
                    }
                }
            }
        }

        private int live(int s) {
            return Math.clamp(batchSizes[t(s)] - fromRow, 0, toRow - fromRow);
        }

        /** Where the rows of steps do not follow each other, each step begins with a sliver. */
        private int places(int rows) {
            return whole ? rows : (rows + 1) / 2 * 2;
        }

        /** The rows of x of the steps {@code step} to {@code end}. */
        private void fillSlivers(int step, int end) {
            if (whole) {
                fillSlivers(lowest, rows, 0);
                return;
            }
            for (int s = step, place = 0; s < end; place += places(live(s)), s++) {
                fillSlivers(rowOf[t(s)] + fromRow, live(s), place);
            }
        }

        private void fillSlivers(int row, int count, int place) {
            xSlivers.fill(x.segment(), 4 * x.row(row), 4L * x.rowStride(), count, x.columns(), place);
        }

        /** sums = bias + x·W_ihᵀ for one vector of units, for the steps {@code step} to {@code end}. */
        private void inputTerms(int v, int step, int end) {
            Blocks.repeat(weights.bias.segment(), weights.bias.block(v, 0, 1), sums.segment(), sums(v, 0), rows);
            if (whole) {
                multiplyInput(v, rows, 0);
                return;
            }
            for (int s = step, place = 0; s < end; place += places(live(s)), s++) {
                multiplyInput(v, live(s), place);
            }
        }

        private void multiplyInput(int v, int count, int place) {
            Tile.multiply(xSlivers, place, count, x.columns(), panels.input(), v, 0, sums.segment(), sums(v, place));
        }

        /** Where the sums of a vector of units are for a row, in bytes. */
        private long sums(int vector, int place) {
            return 4 * sums.row((vector - fromVector) * rows + place);
        }

        /**
         * One step of {@code live} rows, whose sums begin at {@code place}: recurrent terms, gates, states.
         *
         * @param alone whether the input terms, too, are still to come, those of a vector of units just before the others
         */
        private void recurrence(int s, int live, int place, boolean alone) {
            if (live == 0) {
                return;
            }
            long stride = 4L * h.rowStride();
            long before = 4 * h.row(s % 2 * c.rows() + fromRow), after = 4 * h.row((s + 1) % 2 * c.rows() + fromRow), cell = 4 * c.row(fromRow);
            int row = rowOf[t(s)] + fromRow;
            hSlivers.fill(h.segment(), before, stride, live, units.count(), 0);
            for (int i = fromVector; i < toVector; i++) {
                int v = (s + turn) % 2 == 0 ? i : fromVector + toVector - 1 - i; // to and fro: what was read last is still in the cache
                if (alone) {
                    inputTerms(v, s, s + 1);
                }
                Tile.multiply(hSlivers, 0, live, units.count(), panels.recurrent(), v, 0, sums.segment(), sums(v, place));
                MemorySegment gates = saved == null ? sums.segment() : saved.segment();
                long atGates = saved == null ? sums(v, place) : 4 * saved.row(row) + v * PANEL_ROW;
                Cell.forward(sums.segment(), sums(v, place), c.segment(), cell + v * VECTOR, stride, h.segment(), after + v * VECTOR, stride, gates, atGates,
                        saved == null ? PANEL_ROW : 4L * saved.rowStride(), live);
            }
            int unit = fromVector * COUNT;
            int width = Math.min(toVector * COUNT, units.count()) - unit;
            copy(h, after, y, row, live, width);
            if (saved != null) {
                Blocks.copy(c.segment(), cell + 4L * unit, stride, saved.segment(), 4 * (saved.row(row) + 4L * units.padded() + unit), 4L * saved.rowStride(), live,
                        (toVector - fromVector) * COUNT);
            }
            int next = t(s + 1);
            int continuing = next < 0 || next >= batchSizes.length ? 0 : Math.clamp(batchSizes[next] - fromRow, 0, live);
            copy(h, after + continuing * stride, last.h(), fromRow + continuing, live - continuing, width);
            copy(c, cell + continuing * stride, last.c(), fromRow + continuing, live - continuing, width);
        }

        /** This part's units of some rows of the states. */
        private void copy(Matrix state, long at, Matrix to, int row, int count, int width) {
            int unit = fromVector * COUNT;
            Blocks.copy(state.segment(), at + 4L * unit, 4L * state.rowStride(), to.segment(), 4 * (to.row(row) + unit), 4L * to.rowStride(), count, width);
        }
    }
}
