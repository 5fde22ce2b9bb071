package dev.sluice.backend.vector;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import java.lang.foreign.MemorySegment;

/**
 * A matrix B [depth, columns] rearranged for {@link Tile}: panel after panel, and in a panel row after row. The last panel is filled up with
 * columns that nobody reads results of. Where each number is used only once, a block at a time is rearranged when it is used.
 */
final class Panels {
    private final Source source; // of the blocks, or null
    private final Matrix turning; // room for the source
    private final Matrix room;
    private final int depth;
    private final int columns;
    private final long rowBytes; // from one row of a panel to the next
    private final long panelBytes; // from one panel to the next
    private final boolean rearranged;

    /** Where the numbers are before they are rearranged. */
    @FunctionalInterface
    interface Source {
        /**
         * Brings {@code terms} rows of a panel together, a {@link Lanes#PANEL_ROW} apart.
         *
         * @param turning {@link Turning#ROOM} numbers to work with
         */
        void bring(int panel, int row, int terms, MemorySegment to, long at, Matrix turning);

        /** A matrix, or its transpose. */
        static Source of(Matrix b, Transpose transpose) {
            int columns = transpose.columns(b);
            MemorySegment from = b.segment();
            long stride = 4L * b.rowStride();
            return (panel, row, terms, to, at, turning) -> {
                int width = Math.min(PANEL, columns - panel * PANEL);
                if (transpose == NO) {
                    Blocks.copy(from, 4 * (b.row(row) + (long) panel * PANEL), stride, to, at, PANEL_ROW, terms, width);
                } else {
                    Turning.turn(from, 4 * (b.row(panel * PANEL) + row), stride, width, terms, to, at, PANEL_ROW, turning);
                }
            };
        }
    }

    /** Room for all panels. Takes {@link #floats} numbers of the scratch memory. */
    Panels(Scratch scratch, int depth, int columns) {
        this(null, null, scratch.matrix(depth * Lanes.panels(columns), PANEL), depth, columns, PANEL_ROW, depth * PANEL_ROW, true);
        if (columns % PANEL != 0) {
            clearLast();
        }
    }

    /** Room for one block at a time. Takes {@link #blockFloats} numbers of the scratch memory. */
    Panels(Scratch scratch, int depth, int columns, Source source) {
        this(source, scratch.matrix(1, Turning.ROOM), scratch.matrix(Math.min(depth, Tile.DEPTH), PANEL), depth, columns, PANEL_ROW, 0, true);
        Blocks.clear(segment(), at(0, 0), (long) room.rows() * Lanes.VECTORS); // as in clearLast
    }

    /** A matrix as it lies, for a use that is not worth rearranging it. Its columns are whole panels. */
    Panels(Matrix b) {
        this(null, null, b, b.rows(), b.columns(), 4L * b.rowStride(), PANEL_ROW, false);
    }

    private Panels(Source source, Matrix turning, Matrix room, int depth, int columns, long rowBytes, long panelBytes, boolean rearranged) {
        this.source = source;
        this.turning = turning;
        this.room = room;
        this.depth = depth;
        this.columns = columns;
        this.rowBytes = rowBytes;
        this.panelBytes = panelBytes;
        this.rearranged = rearranged;
    }

    /** What the last panel is filled up with: arbitrary numbers may be denormal, which is slow. */
    void clearLast() {
        Blocks.clear(segment(), at(count() - 1, 0), (long) depth * Lanes.VECTORS);
    }

    /** The panels from one on up to a column, of a matrix that was rearranged. */
    Panels part(int fromPanel, int toColumn) {
        int count = Lanes.panels(toColumn) - fromPanel;
        return new Panels(null, null, room.rows(fromPanel * depth, count * depth), depth, toColumn - fromPanel * PANEL, PANEL_ROW, depth * PANEL_ROW, true);
    }

    /** With room behind the last for what {@link Tile} takes as a whole block. */
    static long floats(int depth, int columns) {
        return ((long) depth * Lanes.panels(columns) + Tile.DEPTH) * PANEL;
    }

    static long blockFloats() {
        return (long) Tile.DEPTH * PANEL + Turning.ROOM;
    }

    /** Or a matrix as it lies. */
    boolean isRearranged() {
        return rearranged;
    }

    int depth() {
        return depth;
    }

    int count() {
        return Lanes.panels(columns);
    }

    MemorySegment segment() {
        return room.segment();
    }

    /** Where a row of a panel is, in bytes. */
    private long at(int panel, int row) {
        return 4 * room.offset() + panel * panelBytes + row * rowBytes;
    }

    /** Where {@code terms} rows of a panel, at most {@link Tile#DEPTH}, begin in {@link #segment}, in bytes; until the next call. */
    long block(int panel, int row, int terms) {
        if (source == null) {
            return at(panel, row);
        }
        source.bring(panel, row, terms, segment(), at(0, 0), turning);
        return at(0, 0);
    }

    /** The distance between the rows of a panel, in bytes. */
    long rowBytes() {
        return rowBytes;
    }

    /** The columns that a panel has of its own. */
    int width(int panel) {
        return Math.min(PANEL, columns - panel * PANEL);
    }

    int vectors(int panel) {
        return Lanes.vectors(width(panel));
    }

    /** Fills the panels {@code from} to {@code to}. */
    void fill(Source source, int from, int to) {
        try (Scratch scratch = new Scratch(Turning.ROOM)) {
            Matrix turning = scratch.matrix(1, Turning.ROOM);
            for (int panel = from; panel < to; panel++) {
                source.bring(panel, 0, depth, segment(), at(panel, 0), turning);
            }
        }
    }
}
