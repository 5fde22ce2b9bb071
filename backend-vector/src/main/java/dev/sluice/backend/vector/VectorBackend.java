package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Backend;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** Every kernel in vectors; what is computed is the contract's to the bit. */
final class VectorBackend implements Backend {
    /** Elements of a cell for which another thread is worth its start. */
    private static final int WORTH_A_THREAD = 10_000;

    /** Rows whose gates are brought together at a time. */
    private static final int ROWS = 32;

    private final Workers workers;
    private final LSTMKernel lstm;

    VectorBackend(Workers workers) {
        this.workers = workers;
        lstm = new FusedLSTM(workers);
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String description() {
        return "SIMD of " + COUNT + " floats, " + Lanes.REGISTERS + " registers, " + workers.threads() + (workers.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public boolean isExact() {
        return true;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public LSTMKernel lstm() {
        return lstm;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        Gemm.run(workers, a, transposeA, b, transposeB, beta, c);
    }

    @Override
    public void addRow(Matrix row, Matrix c) {
        Rows.add(row, c);
    }

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {
        Rows.sum(a, beta, row);
    }

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {
        Rows.axpy(alpha, x, y);
    }

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
        inTiles(c, (rows, row, column, width, tile, states) -> {
            long cell = 4 * states.row(0), hidden = 4 * states.row(ROWS);
            load(gates, row, column, width, c.columns(), tile, rows);
            Blocks.copy(c.segment(), 4 * (c.row(row) + column), 4L * c.rowStride(), states.segment(), cell, VECTOR, rows, width);
            Cell.forward(tile.segment(), 4 * tile.offset(), states.segment(), cell, VECTOR, states.segment(), hidden, VECTOR, tile.segment(), 4 * tile.offset(), PANEL_ROW,
                    rows);
            store(tile, gates, row, column, width, c.columns(), rows);
            Blocks.copy(states.segment(), cell, VECTOR, nextC.segment(), 4 * (nextC.row(row) + column), 4L * nextC.rowStride(), rows, width);
            Blocks.copy(states.segment(), hidden, VECTOR, nextH.segment(), 4 * (nextH.row(row) + column), 4L * nextH.rowStride(), rows, width);
        });
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        inTiles(c, (rows, row, column, width, tile, states) -> {
            long before = 4 * states.row(0), after = 4 * states.row(ROWS), cell = 4 * states.row(2 * ROWS);
            long hidden = 4 * tile.row(ROWS), out = 4 * tile.row(2 * ROWS);
            load(gates, row, column, width, c.columns(), tile, rows);
            Blocks.copy(c.segment(), 4 * (c.row(row) + column), 4L * c.rowStride(), states.segment(), before, VECTOR, rows, width);
            Blocks.copy(nextC.segment(), 4 * (nextC.row(row) + column), 4L * nextC.rowStride(), states.segment(), after, VECTOR, rows, width);
            Blocks.copy(dc.segment(), 4 * (dc.row(row) + column), 4L * dc.rowStride(), states.segment(), cell, VECTOR, rows, width);
            Blocks.copy(dh.segment(), 4 * (dh.row(row) + column), 4L * dh.rowStride(), tile.segment(), hidden, PANEL_ROW, rows, width);
            Cell.backward(tile.segment(), 4 * tile.offset(), PANEL_ROW, states.segment(), before, VECTOR, states.segment(), after, VECTOR, tile.segment(), hidden,
                    states.segment(), cell, VECTOR, tile.segment(), out, PANEL_ROW, VECTOR, rows, 1);
            for (int gate = 0; gate < 4; gate++) {
                Blocks.copy(tile.segment(), out + gate * VECTOR, PANEL_ROW, dGates.segment(), 4 * (dGates.row(row) + (long) gate * c.columns() + column), 4L * dGates.rowStride(),
                        rows, width);
            }
            Blocks.copy(states.segment(), cell, VECTOR, dc.segment(), 4 * (dc.row(row) + column), 4L * dc.rowStride(), rows, width);
        });
    }

    @FunctionalInterface
    private interface CellPart {
        void run(int rows, int row, int column, int width, Matrix tile, Matrix states);
    }

    /** Some rows and one vector of units at a time, with room for three tiles and three columns of states. */
    private void inTiles(Matrix c, CellPart part) {
        workers.split(c.rows(), Math.ceilDiv(WORTH_A_THREAD, Math.max(1, c.columns())), (from, to) -> {
            try (Scratch scratch = new Scratch(3L * ROWS * (PANEL + COUNT))) {
                Matrix tile = scratch.matrix(3 * ROWS, PANEL), states = scratch.matrix(3 * ROWS, COUNT);
                tile.fill(0f);
                states.fill(0f);
                for (int row = from; row < to; row += ROWS) {
                    for (int column = 0; column < c.columns(); column += COUNT) {
                        part.run(Math.min(ROWS, to - row), row, column, Math.min(COUNT, c.columns() - column), tile, states);
                    }
                }
            }
        });
    }

    private static void load(Matrix gates, int row, int column, int width, int units, Matrix tile, int rows) {
        for (int k = 0; k < GatePanels.GATE.length; k++) {
            Blocks.copy(gates.segment(), 4 * (gates.row(row) + (long) GatePanels.GATE[k] * units + column), 4L * gates.rowStride(), tile.segment(), 4 * tile.offset() + k * VECTOR,
                    PANEL_ROW, rows, width);
        }
    }

    private static void store(Matrix tile, Matrix gates, int row, int column, int width, int units, int rows) {
        for (int k = 0; k < GatePanels.GATE.length; k++) {
            Blocks.copy(tile.segment(), 4 * tile.offset() + k * VECTOR, PANEL_ROW, gates.segment(), 4 * (gates.row(row) + (long) GatePanels.GATE[k] * units + column),
                    4L * gates.rowStride(), rows, width);
        }
    }
}
