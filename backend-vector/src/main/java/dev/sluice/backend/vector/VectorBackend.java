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
        inTiles(c, (part, tiles, states) -> {
            Matrix tile = tiles.rows(0, part.rows), cell = states.rows(0, part.rows), hidden = states.rows(ROWS, part.rows);
            for (int k = 0; k < Gates.ORDER.length; k++) {
                Blocks.copy(part.gate(gates, Gates.ORDER[k]), part.lanes(tile, k));
            }
            Blocks.copy(part.of(c), part.lanes(cell, 0));
            Cell.forward(tile.segment(), 4 * tile.offset(), cell.segment(), 4 * cell.offset(), VECTOR, hidden.segment(), 4 * hidden.offset(), VECTOR, tile.segment(),
                    4 * tile.offset(), PANEL_ROW, part.rows);
            for (int k = 0; k < Gates.ORDER.length; k++) {
                Blocks.copy(part.lanes(tile, k), part.gate(gates, Gates.ORDER[k]));
            }
            Blocks.copy(part.lanes(cell, 0), part.of(nextC));
            Blocks.copy(part.lanes(hidden, 0), part.of(nextH));
        });
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        inTiles(c, (part, tiles, states) -> {
            Matrix tile = tiles.rows(0, part.rows), hidden = tiles.rows(ROWS, part.rows), out = tiles.rows(2 * ROWS, part.rows);
            Matrix before = states.rows(0, part.rows), after = states.rows(ROWS, part.rows), cell = states.rows(2 * ROWS, part.rows);
            for (int k = 0; k < Gates.ORDER.length; k++) {
                Blocks.copy(part.gate(gates, Gates.ORDER[k]), part.lanes(tile, k));
            }
            Blocks.copy(part.of(c), part.lanes(before, 0));
            Blocks.copy(part.of(nextC), part.lanes(after, 0));
            Blocks.copy(part.of(dc), part.lanes(cell, 0));
            Blocks.copy(part.of(dh), part.lanes(hidden, 0));
            Cell.backward(tile.segment(), 4 * tile.offset(), PANEL_ROW, before.segment(), 4 * before.offset(), VECTOR, after.segment(), 4 * after.offset(), VECTOR,
                    hidden.segment(), 4 * hidden.offset(), cell.segment(), 4 * cell.offset(), VECTOR, out.segment(), 4 * out.offset(), PANEL_ROW, VECTOR, part.rows, 1);
            for (int gate = 0; gate < 4; gate++) {
                Blocks.copy(part.lanes(out, gate), part.gate(dGates, gate));
            }
            Blocks.copy(part.lanes(cell, 0), part.of(dc));
        });
    }

    /** Some rows of one vector of {@code units} units, which is {@code width} wide. */
    private record Part(int row, int rows, int unit, int width, int units) {
        /** Its part of a matrix [rows, units]. */
        Matrix of(Matrix matrix) {
            return matrix.rows(row, rows).columns(unit, width);
        }

        /** Its part of one gate in a matrix [rows, 4 · units]. */
        Matrix gate(Matrix gates, int gate) {
            return gates.rows(row, rows).columns(gate * units + unit, width);
        }

        /** Its lanes in the k-th vector of the rows of a tile. */
        Matrix lanes(Matrix tile, int k) {
            return tile.columns(k * COUNT, width);
        }
    }

    @FunctionalInterface
    private interface PartOfCell {
        void run(Part part, Matrix tiles, Matrix states);
    }

    /** Part by part, with room for three tiles and three vectors of states for each row. */
    private void inTiles(Matrix c, PartOfCell cell) {
        workers.split(c.rows(), Math.ceilDiv(WORTH_A_THREAD, Math.max(1, c.columns())), (from, to) -> {
            try (Scratch scratch = new Scratch(3L * ROWS * (PANEL + COUNT))) {
                Matrix tiles = scratch.matrix(3 * ROWS, PANEL), states = scratch.matrix(3 * ROWS, COUNT);
                tiles.fill(0f);
                states.fill(0f);
                for (int row = from; row < to; row += ROWS) {
                    for (int unit = 0; unit < c.columns(); unit += COUNT) {
                        cell.run(new Part(row, Math.min(ROWS, to - row), unit, Math.min(COUNT, c.columns() - unit), c.columns()), tiles, states);
                    }
                }
            }
        });
    }
}
