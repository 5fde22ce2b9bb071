package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Backend;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** Every kernel in vectors; what is computed is the contract's to the bit. */
final class VectorBackend implements Backend {
    /** Elements of a cell for which another thread is worth its start. */
    private static final int WORTH_A_THREAD = 10_000;

    /** Vectors of units whose gates are brought together at a time, one in each row of a tile. */
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
        return "SIMD of " + COUNT + " floats, " + Lanes.REGISTERS + " registers, " + workers;
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
    public PreparedMatrix prepare(Matrix b, Transpose transposeB) {
        return new PreparedPanels(workers, b, transposeB);
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
        inTiles(c, (part, tile, cell, hidden, _, _) -> {
            for (int k = 0; k < Gates.ORDER.length; k++) {
                part.load(part.gate(gates, Gates.ORDER[k]), tile, k);
            }
            part.load(part.of(c), cell, 0);
            Cell.forward(tile.segment(), 4 * tile.offset(), cell.segment(), 4 * cell.offset(), VECTOR, hidden.segment(), 4 * hidden.offset(), VECTOR, tile.segment(),
                    4 * tile.offset(), PANEL_ROW, part.vectors());
            for (int k = 0; k < Gates.ORDER.length; k++) {
                part.store(tile, k, part.gate(gates, Gates.ORDER[k]));
            }
            part.store(cell, 0, part.of(nextC));
            part.store(hidden, 0, part.of(nextH));
        });
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        inTiles(c, (part, tile, before, after, cell, hidden) -> {
            for (int k = 0; k < Gates.ORDER.length; k++) {
                part.load(part.gate(gates, Gates.ORDER[k]), tile, k);
            }
            part.load(part.of(c), before, 0);
            part.load(part.of(nextC), after, 0);
            part.load(part.of(dc), cell, 0);
            part.load(part.of(dh), hidden, 0);
            Cell.backward(tile.segment(), 4 * tile.offset(), PANEL_ROW, before.segment(), 4 * before.offset(), VECTOR, after.segment(), 4 * after.offset(), VECTOR,
                    hidden.segment(), 4 * hidden.offset(), cell.segment(), 4 * cell.offset(), VECTOR, tile.segment(), 4 * tile.offset(), PANEL_ROW, VECTOR, part.vectors(), 1);
            for (int gate = 0; gate < 4; gate++) {
                part.store(tile, gate, part.gate(dGates, gate));
            }
            part.store(cell, 0, part.of(dc));
        });
    }

    /** Neighbouring units of one row, which lie in the rows of tiles as one vector each. */
    private record Part(int row, int unit, int width, int units) {
        int vectors() {
            return Lanes.vectors(width);
        }

        /** Its part of a matrix [rows, units]. */
        Matrix of(Matrix matrix) {
            return matrix.rows(row, 1).columns(unit, width);
        }

        /** Its part of one gate in a matrix [rows, 4 · units]. */
        Matrix gate(Matrix gates, int gate) {
            return gates.rows(row, 1).columns(gate * units + unit, width);
        }

        /** Copies a run of numbers to the k-th vectors of a tile. */
        void load(Matrix run, Matrix tile, int k) {
            Blocks.copy(run.segment(), 4 * run.offset(), VECTOR, tile.segment(), 4 * (tile.offset() + k * COUNT), 4L * tile.rowStride(), whole(), COUNT);
            Blocks.copy(rest(run), tile.rows(whole() % ROWS, 1).columns(k * COUNT, width % COUNT));
        }

        /** And back. */
        void store(Matrix tile, int k, Matrix run) {
            Blocks.copy(tile.segment(), 4 * (tile.offset() + k * COUNT), 4L * tile.rowStride(), run.segment(), 4 * run.offset(), VECTOR, whole(), COUNT);
            Blocks.copy(tile.rows(whole() % ROWS, 1).columns(k * COUNT, width % COUNT), rest(run));
        }

        private int whole() {
            return width / COUNT;
        }

        /** What does not fill a vector. */
        private Matrix rest(Matrix run) {
            return run.columns(width - width % COUNT, width % COUNT);
        }
    }

    @FunctionalInterface
    private interface PartOfCell {
        void run(Part part, Matrix gates, Matrix first, Matrix second, Matrix third, Matrix tile);
    }

    /** Part by part, with a tile for the gates, one vector a row for three states, and another tile for what {@link Cell} wants in a tile's rows. */
    private void inTiles(Matrix c, PartOfCell cell) {
        workers.split(c.rows(), Math.ceilDiv(WORTH_A_THREAD, Math.max(1, c.columns())), (from, to) -> {
            try (Scratch scratch = new Scratch(ROWS * (2L * PANEL + 3L * COUNT))) {
                Matrix tiles = scratch.matrix(2 * ROWS, PANEL), states = scratch.matrix(3 * ROWS, COUNT);
                tiles.fill(0f); // lanes beyond the last unit: arbitrary numbers may be denormal, which is slow
                states.fill(0f);
                for (int row = from; row < to; row++) {
                    for (int unit = 0; unit < c.columns(); unit += ROWS * COUNT) {
                        cell.run(new Part(row, unit, Math.min(ROWS * COUNT, c.columns() - unit), c.columns()), tiles.rows(0, ROWS),
                                states.rows(0, ROWS), states.rows(ROWS, ROWS), states.rows(2 * ROWS, ROWS), tiles.rows(ROWS, ROWS));
                    }
                }
            }
        });
    }
}
