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

    private FusedForward(FusedWeights weights, LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last, Matrix saved, Scratch scratch) {
        this.weights = weights;
        this.units = weights.units;
        this.x = x;
        this.y = y;
        this.last = last;
        this.saved = saved;
        batchSizes = steps.batchSizes();
        reverse = steps.direction() == Direction.REVERSE;
        rowOf = new int[batchSizes.length];
        for (int t = 1; t < rowOf.length; t++) {
            rowOf[t] = rowOf[t - 1] + batchSizes[t - 1];
        }
        int batch = steps.batch();
        h = scratch.matrix(2 * batch, units.padded());
        c = scratch.matrix(batch, units.padded());
        padded(first.h(), h.rows(0, batch));
        padded(first.h(), h.rows(batch, batch)); // for sequences that start late
        padded(first.c(), c);
    }

    static void run(FusedWeights weights, LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last, Matrix saved) {
        Units units = weights.units;
        try (Scratch scratch = new Scratch(3L * steps.batch() * units.padded())) {
            FusedForward forward = new FusedForward(weights, steps, x, first, y, last, saved, scratch);
            long work = (long) steps.rows() * 4 * units.count() * (weights.input.depth() + units.count());
            Parts.run(weights.workers, steps, work, units.vectors(), forward::sweep);
        }
    }

    private static void padded(Matrix from, Matrix to) {
        if (from.columns() < to.columns()) {
            Blocks.clear(to.segment(), 4 * to.offset(), (long) to.rows() * to.columns() / COUNT);
        }
        Blocks.copy(from, to.columns(0, from.columns()));
    }

    /** All steps of the rows and vectors of units given. */
    private void sweep(int fromRow, int toRow, int fromVector, int toVector, Barrier barrier) {
        int vectors = toVector - fromVector;
        int most = Math.min(rows(fromRow, toRow), Math.max(toRow - fromRow, MOST_SUMS / (PANEL * vectors)));
        int depth = Math.max(x.columns(), units.count());
        try (Scratch scratch = new Scratch((long) most * vectors * PANEL + Slivers.floats(most, depth))) {
            Matrix sums = scratch.matrix(most * vectors, PANEL); // panel by panel
            Matrix slivers = Slivers.room(scratch, most, depth); // of x, then of h
            for (int step = 0, end; step < batchSizes.length; step = end) {
                int rows = live(step, fromRow, toRow);
                for (end = step + 1; end < batchSizes.length && rows + live(end, fromRow, toRow) <= most; end++) {
                    rows += live(end, fromRow, toRow);
                }
                for (int s = step, row = 0; s < end; row += live(s, fromRow, toRow), s++) {
                    Slivers.fill(x.segment(), 4 * x.row(rowOf[t(s)] + fromRow), 4L * x.rowStride(), live(s, fromRow, toRow), x.columns(), slivers.segment(),
                            Slivers.at(4 * slivers.offset(), row, x.columns()));
                }
                for (int v = 0; v < vectors; v++) {
                    inputTerms(fromVector + v, step, end, fromRow, toRow, rows, slivers, sums.segment(), 4 * sums.row(v * rows));
                }
                for (int s = step, row = 0; s < end; row += live(s, fromRow, toRow), s++) {
                    recurrence(s, fromRow, live(s, fromRow, toRow), fromVector, toVector, rows, slivers, sums.segment(), 4 * sums.row(row));
                    barrier.await();
                }
            }
        }
    }

    /** The step that comes as number {@code s}, counted as packed. */
    private int t(int s) {
        return reverse ? batchSizes.length - 1 - s : s;
    }

    private int live(int s, int fromRow, int toRow) {
        return Math.clamp(batchSizes[t(s)] - fromRow, 0, toRow - fromRow);
    }

    private int rows(int fromRow, int toRow) {
        int rows = 0;
        for (int s = 0; s < batchSizes.length; s++) {
            rows += live(s, fromRow, toRow);
        }
        return rows;
    }

    /** sums = bias + x·W_ihᵀ in one panel, for the rows of steps {@code step} to {@code end}. */
    private void inputTerms(int panel, int step, int end, int fromRow, int toRow, int rows, Matrix slivers, MemorySegment sums, long atSums) {
        GatePanels input = weights.input;
        Blocks.repeat(weights.bias.segment(), weights.bias.at(panel), sums, atSums, rows);
        for (int s = step, row = 0; s < end; s++) {
            int live = live(s, fromRow, toRow);
            Tile.multiply(slivers.segment(), Slivers.at(4 * slivers.offset(), row, input.depth()), live, input.depth(), input.segment(), input.at(panel), PANEL_ROW, 4, sums,
                    atSums + row * PANEL_ROW);
            row += live;
        }
    }

    /** One step of {@code live} rows: recurrent terms, gates, states. The sums of a panel begin {@code rows} rows behind those of the one before. */
    private void recurrence(int s, int fromRow, int live, int fromVector, int toVector, int rows, Matrix slivers, MemorySegment sums, long atSums) {
        if (live == 0) {
            return;
        }
        GatePanels recurrent = weights.recurrent;
        long stride = 4L * h.rowStride();
        int batch = c.rows();
        long before = 4 * h.row(s % 2 * batch + fromRow), after = 4 * h.row((s + 1) % 2 * batch + fromRow), cell = 4 * c.row(fromRow);
        int row = rowOf[t(s)] + fromRow;
        Slivers.fill(h.segment(), before, stride, live, units.count(), slivers.segment(), 4 * slivers.offset());
        for (int i = 0; i < toVector - fromVector; i++) {
            int v = s % 2 == 0 ? i : toVector - fromVector - 1 - i; // to and fro: what was read last is still in the cache
            int vector = fromVector + v;
            long tile = atSums + v * rows * PANEL_ROW;
            Tile.multiply(slivers.segment(), 4 * slivers.offset(), live, units.count(), recurrent.segment(), recurrent.at(vector), PANEL_ROW, 4, sums, tile);
            MemorySegment gates = saved == null ? sums : saved.segment();
            long atGates = saved == null ? tile : 4 * saved.row(row) + vector * PANEL_ROW;
            Cell.forward(sums, tile, c.segment(), cell + vector * VECTOR, stride, h.segment(), after + vector * VECTOR, stride, gates, atGates,
                    saved == null ? PANEL_ROW : 4L * saved.rowStride(), live);
        }
        int unit = fromVector * COUNT;
        int width = Math.min(toVector * COUNT, units.count()) - unit;
        Blocks.copy(h.segment(), after + 4L * unit, stride, y.segment(), 4 * (y.row(row) + unit), 4L * y.rowStride(), live, width);
        if (saved != null) {
            Blocks.copy(c.segment(), cell + 4L * unit, stride, saved.segment(), 4 * (saved.row(row) + 4L * units.padded() + unit), 4L * saved.rowStride(), live,
                    (toVector - fromVector) * COUNT);
        }
        int next = t(s + 1);
        int continuing = next < 0 || next >= batchSizes.length ? 0 : Math.clamp(batchSizes[next] - fromRow, 0, live);
        if (continuing < live) {
            int ending = live - continuing;
            long skipped = continuing * stride + 4L * unit;
            Matrix lastH = last.h(), lastC = last.c();
            Blocks.copy(h.segment(), after + skipped, stride, lastH.segment(), 4 * (lastH.row(fromRow + continuing) + unit), 4L * lastH.rowStride(), ending, width);
            Blocks.copy(c.segment(), cell + skipped, stride, lastC.segment(), 4 * (lastC.row(fromRow + continuing) + unit), 4L * lastC.rowStride(), ending, width);
        }
    }
}
