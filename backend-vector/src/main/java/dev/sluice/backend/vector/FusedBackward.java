package dev.sluice.backend.vector;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.api.Transpose.YES;
import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;
import static dev.sluice.backend.vector.Lanes.VECTORS;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Sweep;
import java.lang.foreign.MemorySegment;

/** The way back: step by step the gradients of the gates' sums; then, from those of all steps together, the gradients of weights, bias and input. */
final class FusedBackward {
    /** Numbers to move for which another thread is worth its start. */
    private static final int WORTH_A_THREAD = 50_000;

    private final FusedWeights weights;
    private final Units units;
    private final LSTMKernel.Steps steps;
    private final LSTMKernel.Pass pass;
    private final LSTMKernel.OutputGradients given;
    private final Panels back;
    private final Matrix dGates; // [rows, 4 · hidden]
    private final Matrix dc; // [batch, units filled up]
    private final Matrix firstC; // [batch, units filled up]

    private FusedBackward(FusedWeights weights, LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, Scratch scratch) {
        this.weights = weights;
        this.units = weights.units;
        this.steps = steps;
        this.pass = pass;
        this.given = given;
        back = weights.back(steps.rows());
        dGates = scratch.matrix(steps.rows(), 4 * units.count() + COUNT).columns(0, 4 * units.count()); // rows a power of two apart would share a place in the cache
        dc = scratch.matrix(steps.batch(), units.padded());
        firstC = scratch.matrix(steps.batch(), units.padded());
        Blocks.clear(dc.segment(), 4 * dc.offset(), (long) dc.rows() * units.vectors());
        Blocks.copyPadded(pass.first().c(), firstC);
    }

    static void run(FusedWeights weights, LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
        Units units = weights.units;
        int hidden = units.count();
        long rows = steps.rows();
        try (Scratch scratch = new Scratch(rows * (4L * hidden + COUNT) + 2L * steps.batch() * units.padded())) {
            FusedBackward backward = new FusedBackward(weights, steps, pass, given, scratch);
            Parts.run(weights.workers, steps, 4L * hidden * hidden, Lanes.panels(hidden), backward::sweep);
            Matrix dGates = backward.dGates;
            if (wanted.bias() != null) {
                weights.workers.split(4 * hidden, (int) Math.ceilDiv(WORTH_A_THREAD, Math.max(1, rows)),
                        (from, to) -> Rows.sum(dGates.columns(from, to - from), 0f, wanted.bias().columns(from, to - from)));
            }
            if (rows == 1) {
                Gemm.run(weights.workers, dGates, YES, pass.x(), NO, 0f, wanted.inputHidden());
                Gemm.run(weights.workers, dGates, YES, pass.first().h(), NO, 0f, wanted.hiddenHidden());
            } else {
                Gemm.run(weights.workers, dGates, backward::before, wanted.inputHidden(), wanted.hiddenHidden());
            }
            if (wanted.x() != null) {
                Gemm.run(weights.workers, dGates, NO, weights.weights.inputHidden(), NO, 0f, wanted.x());
            }
            if (wanted.first() != null) {
                backward.gradientOfFirst(wanted.first());
            }
        }
    }

    /** All steps of the rows given, for the hidden units of the panels given. */
    private void sweep(int fromRow, int toRow, int fromPanel, int toPanel, Barrier barrier) {
        try (Scratch scratch = new Scratch((toRow - fromRow) * 2L * PANEL + Slivers.floats(toRow - fromRow, 4 * units.count()))) {
            Matrix dh = scratch.matrix(toRow - fromRow, PANEL);
            Matrix tile = scratch.matrix(toRow - fromRow, PANEL);
            Slivers slivers = new Slivers(scratch, toRow - fromRow, 4 * units.count()); // of the gates' gradients in the step before
            int count = 0;
            for (Sweep step = Sweep.backward(steps); step.next(); count++) {
                int live = Math.clamp(step.live() - fromRow, 0, toRow - fromRow);
                int continuing = Math.clamp(step.continuing() - fromRow, 0, live);
                slivers.fill(dGates.segment(), 4 * dGates.row(step.nextRow() + fromRow), 4L * dGates.rowStride(), continuing, dGates.columns(), 0);
                for (int i = 0; live > 0 && i < toPanel - fromPanel; i++) {
                    int panel = count % 2 == 0 ? fromPanel + i : toPanel - 1 - i;
                    gradientOfStates(step, fromRow, live, continuing, panel, slivers, dh);
                    int whole = Math.min(VECTORS, units.count() / COUNT - panel * VECTORS);
                    gradientOfGates(step, fromRow, live, panel, 0, whole, dh, tile);
                    if (whole < back.vectors(panel)) {
                        gradientOfGates(step, fromRow, live, panel, whole, 1, dh, tile);
                    }
                }
                barrier.await();
            }
        }
    }

    /** dh = dy, + the last state's where a sequence ends, + dgates·W_hh of the following step where it goes on; dc likewise. */
    private void gradientOfStates(Sweep step, int fromRow, int live, int continuing, int panel, Slivers slivers, Matrix dh) {
        int width = back.width(panel);
        int unit = panel * PANEL;
        long at = 4 * dh.offset();
        Matrix dy = given.y();
        Blocks.copy(dy.segment(), 4 * (dy.row(step.row() + fromRow) + unit), 4L * dy.rowStride(), dh.segment(), at, PANEL_ROW, live, width);
        if (continuing < live) {
            Matrix dLastH = given.last().h(), dLastC = given.last().c();
            int row = fromRow + continuing;
            Blocks.add(dLastH.segment(), 4 * (dLastH.row(row) + unit), 4L * dLastH.rowStride(), dh.segment(), at + continuing * PANEL_ROW, PANEL_ROW,
                    live - continuing, width);
            Blocks.copy(dLastC.segment(), 4 * (dLastC.row(row) + unit), 4L * dLastC.rowStride(), dc.segment(), 4 * (dc.row(row) + unit), 4L * dc.rowStride(),
                    live - continuing, width);
        }
        if (continuing > 0) {
            Tile.multiply(slivers, 0, continuing, back.depth(), back, panel, 0, dh.segment(), at);
        }
        Matrix dCells = given.cells();
        if (dCells != null) {
            Blocks.add(dCells.segment(), 4 * (dCells.row(step.row() + fromRow) + unit), 4L * dCells.rowStride(), dc.segment(), 4 * (dc.row(fromRow) + unit), 4L * dc.rowStride(),
                    live, width);
        }
    }

    /** For {@code count} vectors of units, from number {@code first} of the panel on. */
    private void gradientOfGates(Sweep step, int fromRow, int live, int panel, int first, int count, Matrix dh, Matrix tile) {
        int vector = panel * VECTORS + first;
        int carried = Math.clamp(step.carried() - fromRow, 0, live);
        Matrix saved = pass.saved();
        if (carried > 0) {
            long before = 4 * saved.row(step.previousRow() + fromRow) + 4L * (4 * units.padded() + vector * COUNT);
            cell(step.row() + fromRow, fromRow, carried, vector, count, saved.segment(), before, 4L * saved.rowStride(), dh.segment(), 4 * dh.row(0) + first * VECTOR, tile);
        }
        if (carried < live) {
            int row = fromRow + carried;
            long before = 4 * firstC.row(row) + vector * VECTOR;
            cell(step.row() + row, row, live - carried, vector, count, firstC.segment(), before, 4L * firstC.rowStride(), dh.segment(), 4 * dh.row(carried) + first * VECTOR, tile);
        }
    }

    /** For rows {@code row} on, which are the batch's rows {@code sequence} on; their cell states before the step are given. */
    private void cell(int row, int sequence, int rows, int vector, int count, MemorySegment before, long atBefore, long rowBefore, MemorySegment dh, long atDh, Matrix tile) {
        Matrix saved = pass.saved();
        long gates = 4 * saved.row(row), stride = 4L * saved.rowStride();
        long target = 4 * (dGates.row(row) + vector * COUNT), rowTarget = 4L * dGates.rowStride(), gateTarget = 4L * units.count();
        boolean whole = units.width(vector) == COUNT; // or else it is the last, alone, and not all of it may be written
        MemorySegment out = whole ? dGates.segment() : tile.segment();
        long at = whole ? target : 4 * tile.offset();
        Cell.backward(saved.segment(), gates + vector * PANEL_ROW, stride, before, atBefore, rowBefore, saved.segment(), gates + 4L * (4 * units.padded() + vector * COUNT),
                stride, dh, atDh, dc.segment(), 4 * dc.row(sequence) + vector * VECTOR, 4L * dc.rowStride(), out, at, whole ? rowTarget : PANEL_ROW,
                whole ? gateTarget : VECTOR, rows, count);
        for (int gate = 0; !whole && gate < 4; gate++) {
            Blocks.copy(out, at + gate * VECTOR, PANEL_ROW, dGates.segment(), target + gate * gateTarget, rowTarget, rows, units.width(vector));
        }
    }

    /** What the weights were multiplied with, as a {@link Panels.Source}: x and, beside it, h before each step. */
    private void before(int panel, int row, int terms, MemorySegment to, long at, Matrix turning) {
        int inputs = pass.x().columns();
        bring(pass.x(), row, terms, 0, panel, to, at);
        if ((panel + 1) * PANEL <= inputs) {
            return;
        }
        for (Sweep step = Sweep.forward(steps); step.next(); ) {
            int from = Math.max(row, step.row()), carried = step.row() + step.carried(), end = Math.min(row + terms, step.row() + step.live());
            int middle = Math.clamp(carried, from, Math.max(from, end));
            bring(pass.y(), step.previousRow() + from - step.row(), middle - from, inputs, panel, to, at + (from - row) * PANEL_ROW);
            bring(pass.first().h(), middle - step.row(), end - middle, inputs, panel, to, at + (middle - row) * PANEL_ROW);
        }
    }

    /** Those columns of {@code count} rows that belong in a panel when the first of them belongs in column {@code column}. */
    private static void bring(Matrix matrix, int row, int count, int column, int panel, MemorySegment to, long at) {
        int from = Math.max(panel * PANEL, column), end = Math.min((panel + 1) * PANEL, column + matrix.columns());
        if (count > 0 && from < end) {
            Blocks.copy(matrix.segment(), 4 * (matrix.row(row) + from - column), 4L * matrix.rowStride(), to, at + 4L * (from - panel * PANEL), PANEL_ROW, count, end - from);
        }
    }

    private void gradientOfFirst(LSTMKernel.States dFirst) {
        Blocks.copy(dc.columns(0, units.count()), dFirst.c());
        for (Sweep step = Sweep.forward(steps); step.next(); ) {
            int starting = step.live() - step.carried();
            if (starting > 0) {
                Gemm.run(dGates.rows(step.row() + step.carried(), starting), NO, back, 0f, dFirst.h().rows(step.carried(), starting), NO);
            }
        }
    }
}
