package dev.sluice.backend.vector;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.api.Transpose.YES;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.lang.foreign.MemorySegment;

/** C = A·B + β·C, by tiles of C that are brought together from where they lie, summed, and put back. */
final class Gemm {
    /** Rows of C that are summed together, while a block of B passes: a multiple of four and of six. */
    private static final int ROWS = 132;

    /** Terms taken in at a time. */
    private static final int DEPTH = Tile.DEPTH;

    /** Up to so many rows, B is read as it lies if that can be: rearranging it would take as long as the product. */
    private static final int FEW_ROWS = 16;

    /** Multiply-adds for which another thread is worth its start. */
    private static final long WORTH_A_THREAD = 200_000;

    private Gemm() {}

    /** As {@link dev.sluice.api.Backend#gemm}, or as Cᵀ = Bᵀ·Aᵀ + β·Cᵀ where that is faster. Every element has the same terms in the same order. */
    static void run(Workers workers, Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        int rows = c.rows(), columns = c.columns(), depth = transposeA.columns(a);
        if (isOuter(depth, transposeA, transposeB, beta)) {
            share(workers, rows, columns, depth, (fromRow, toRow, fromColumn, toColumn) -> Rows.outer(a.columns(fromRow, toRow - fromRow), b.columns(fromColumn, toColumn - fromColumn),
                    c.rows(fromRow, toRow - fromRow).columns(fromColumn, toColumn - fromColumn)));
        } else if (cost(columns, rows, depth, transposeB.other(), transposeA.other(), YES) < cost(rows, columns, depth, transposeA, transposeB, NO)) {
            share(workers, columns, rows, depth, (fromRow, toRow, fromColumn, toColumn) -> part(transposeB.columns(b, fromRow, toRow), transposeB.other(),
                    transposeA.rows(a, fromColumn, toColumn), transposeA.other(), beta, c.columns(fromRow, toRow - fromRow).rows(fromColumn, toColumn - fromColumn), YES));
        } else {
            share(workers, rows, columns, depth, (fromRow, toRow, fromColumn, toColumn) -> part(transposeA.rows(a, fromRow, toRow), transposeA,
                    transposeB.columns(b, fromColumn, toColumn), transposeB, beta, c.rows(fromRow, toRow - fromRow).columns(fromColumn, toColumn - fromColumn), NO));
        }
    }

    /** About how many cycles it takes: tiles, with the part of their panels that is thrown away; rearranging A and B; moving C. */
    private static double cost(int rows, int columns, int depth, Transpose transposeA, Transpose transposeB, Transpose transposeC) {
        int panels = columns / PANEL;
        int more = Lanes.vectors(columns % PANEL);
        double tiles = Math.ceilDiv(rows, 4) * (8.0 * panels + (more == 0 ? 0 : more <= 2 ? 4 : 8)) * depth;
        double rearranging = (double) depth * rows * (transposeA == NO ? 0.5 : 0.2) + (double) depth * columns * (transposeB == YES ? 0.8 : 0.2);
        return tiles + rearranging + (double) rows * columns * (transposeC == YES ? 1.5 : 0.2);
    }

    @FunctionalInterface
    interface Part {
        void run(int fromRow, int toRow, int fromColumn, int toColumn);
    }

    /** Shares out whole panels of columns where they come out even, and rows where not. */
    static void share(Workers workers, int rows, int columns, int depth, Part part) {
        int panels = Lanes.panels(columns);
        int threads = workers.threadsFor((long) rows * columns * depth, WORTH_A_THREAD);
        if (threads == 1) {
            part.run(0, rows, 0, columns);
        } else if (panels % threads == 0 || panels >= 8 * threads || rows < 16 * threads) {
            workers.divide(panels, Math.min(panels, threads), (from, to) -> part.run(0, rows, from * PANEL, Math.min(columns, to * PANEL)));
        } else {
            workers.divide(rows, threads, (from, to) -> part.run(from, to, 0, columns));
        }
    }

    private static void part(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c, Transpose transposeC) {
        int rows = transposeC.rows(c), depth = transposeB.rows(b), columns = transposeB.columns(b);
        if (rows <= FEW_ROWS && transposeB == NO && columns % PANEL == 0) {
            run(a, transposeA, new Panels(b), beta, c, transposeC);
            return;
        }
        try (Scratch scratch = new Scratch(panelFloats(rows, depth, columns))) {
            run(a, transposeA, panels(scratch, rows, depth, columns, Panels.Source.of(b, transposeB)), beta, c, transposeC);
        }
    }

    private static long panelFloats(int rows, int depth, int columns) {
        return rows <= ROWS ? Panels.blockFloats() : Panels.floats(depth, columns);
    }

    /** B for so many rows of C: if it passes more often than once, all of it is brought together before. Takes {@link #panelFloats} numbers of the scratch memory. */
    private static Panels panels(Scratch scratch, int rows, int depth, int columns, Panels.Source b) {
        if (rows <= ROWS) {
            return new Panels(scratch, depth, columns, b);
        }
        Panels panels = new Panels(scratch, depth, columns);
        panels.fill(b, 0, panels.count());
        return panels;
    }

    /** [left | right] = Aᵀ·B. */
    static void run(Workers workers, Matrix a, Panels.Source b, Matrix left, Matrix right) {
        int depth = a.rows();
        share(workers, left.rows(), left.columns() + right.columns(), depth, (fromRow, toRow, fromColumn, toColumn) -> {
            int rows = toRow - fromRow, columns = toColumn - fromColumn;
            try (Scratch scratch = new Scratch(panelFloats(rows, depth, columns))) {
                Panels panels = panels(scratch, rows, depth, columns, (panel, row, terms, to, at, turning) -> b.bring(fromColumn / PANEL + panel, row, terms, to, at, turning));
                strips(rows, a.columns(fromRow, rows), YES, panels, Gemm::clear, (tile, at, row, column, count, width) -> {
                    int first = fromColumn + column, inLeft = Math.clamp(left.columns() - first, 0, width);
                    store(tile, at, left.rows(fromRow + row, count), Math.min(first, left.columns()), inLeft);
                    store(tile, at + 4L * inLeft, right.rows(fromRow + row, count), Math.max(first - left.columns(), 0), width - inLeft);
                });
            }
        });
    }

    private static boolean isOuter(int depth, Transpose transposeA, Transpose transposeB, float beta) {
        return depth == 1 && transposeA == YES && transposeB == NO && beta == 0f;
    }

    /** C = A·B + β·C with B in panels. */
    static void run(Matrix a, Transpose transposeA, Panels b, float beta, Matrix c, Transpose transposeC) {
        Move load = (tile, at, row, column, rows, columns) -> load(beta, transposeC.rows(c, row, row + rows), transposeC, column, tile, at, rows, columns);
        Move start = beta == 0f ? Gemm::clear : load;
        if (transposeC == NO) {
            strips(c.rows(), a, transposeA, b, start, (tile, at, row, column, rows, columns) -> store(tile, at, c.rows(row, rows), column, columns));
            return;
        }
        try (Scratch scratch = new Scratch(Turning.ROOM)) {
            Matrix turning = scratch.matrix(1, Turning.ROOM);
            strips(c.columns(), a, transposeA, b, start, (tile, at, row, column, rows, columns) -> Turning.turn(tile, at, PANEL_ROW, rows, columns, c.segment(), 4 * (c.row(column) + row),
                    4L * c.rowStride(), turning));
        }
    }

    /** Moves {@code rows} rows of {@code columns} sums, from (row, column) of C on, to a tile or back. */
    @FunctionalInterface
    private interface Move {
        void move(MemorySegment tile, long at, int row, int column, int rows, int columns);
    }

    private static void strips(int all, Matrix a, Transpose transposeA, Panels b, Move load, Move store) {
        int most = Math.min(ROWS, all);
        try (Scratch scratch = new Scratch((long) most * b.count() * PANEL + Slivers.floats(most, DEPTH))) {
            Matrix tiles = scratch.matrix(most * b.count(), PANEL);
            Slivers slivers = new Slivers(scratch, most, DEPTH);
            MemorySegment tile = tiles.segment();
            for (int row = 0; row < all; row += ROWS) {
                int rows = Math.min(ROWS, all - row);
                for (int panel = 0; panel < b.count(); panel++) {
                    load.move(tile, 4 * tiles.row(panel * rows), row, panel * PANEL, rows, b.width(panel));
                }
                multiply(transposeA.rows(a, row, row + rows), transposeA, rows, b, tiles, slivers);
                for (int panel = 0; panel < b.count(); panel++) {
                    store.move(tile, 4 * tiles.row(panel * rows), row, panel * PANEL, rows, b.width(panel));
                }
            }
        }
    }

    /** Adds A·B to the tiles of one strip of C. */
    private static void multiply(Matrix a, Transpose transposeA, int rows, Panels b, Matrix tiles, Slivers slivers) {
        for (int k = 0; k < b.depth(); k += DEPTH) {
            int terms = Math.min(DEPTH, b.depth() - k);
            if (transposeA == NO) {
                slivers.fill(a.segment(), 4 * (a.offset() + k), 4L * a.rowStride(), rows, terms, 0);
            } else {
                slivers.fillTransposed(a.segment(), 4 * a.row(k), 4L * a.rowStride(), rows, terms);
            }
            for (int panel = 0; panel < b.count(); panel++) {
                Tile.multiply(slivers, 0, rows, terms, b, panel, k, tiles.segment(), 4 * tiles.row(panel * rows));
            }
        }
    }

    /** The start of the sums: +0, without reading C. */
    private static void clear(MemorySegment tile, long at, int row, int column, int rows, int columns) {
        Blocks.clear(tile, at, (long) rows * Lanes.VECTORS);
    }

    /** Or β·C. */
    private static void load(float beta, Matrix c, Transpose transposeC, int column, MemorySegment tile, long at, int rows, int columns) {
        if (transposeC == NO) {
            Blocks.copy(c.segment(), 4 * (c.offset() + column), 4L * c.rowStride(), tile, at, PANEL_ROW, rows, columns);
        } else {
            Blocks.transpose(c.segment(), 4 * c.row(column), 4L * c.rowStride(), tile, at, PANEL_ROW, columns, rows);
        }
        if (beta != 1f) {
            Blocks.scale(beta, tile, at, PANEL_ROW, rows, columns);
        }
    }

    private static void store(MemorySegment tile, long at, Matrix c, int column, int columns) {
        Blocks.copy(tile, at, PANEL_ROW, c.segment(), 4 * (c.offset() + column), 4L * c.rowStride(), c.rows(), columns);
    }
}
