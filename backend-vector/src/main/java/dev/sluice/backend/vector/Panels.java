package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import java.lang.foreign.MemorySegment;

/**
 * A matrix B [depth, columns] rearranged for {@link Tile}: panel after panel, and in a panel row after row. The last panel is filled up with
 * columns that nobody reads results of.
 */
final class Panels {
    private final Matrix room;
    private final int depth;
    private final int columns;
    private final long rowBytes; // from one row of a panel to the next
    private final long panelBytes; // from one panel to the next

    /** Takes {@link #floats} numbers of the scratch memory. */
    Panels(Scratch scratch, int depth, int columns) {
        this(scratch.matrix(depth * Lanes.panels(columns), PANEL), depth, columns);
        if (columns % PANEL != 0) {
            clearLast();
        }
    }

    /** What the last panel is filled up with: arbitrary numbers may be denormal, which is slow. */
    void clearLast() {
        Blocks.clear(segment(), at(count() - 1, 0), (long) depth * Lanes.VECTORS);
    }

    /** A matrix as it lies, for a use that is not worth rearranging it. Its columns are whole panels. */
    Panels(Matrix b) {
        room = b;
        depth = b.rows();
        columns = b.columns();
        rowBytes = 4L * b.rowStride();
        panelBytes = PANEL_ROW;
    }

    private Panels(Matrix room, int depth, int columns) {
        this.room = room;
        this.depth = depth;
        this.columns = columns;
        rowBytes = PANEL_ROW;
        panelBytes = depth * PANEL_ROW;
    }

    /** The panels from one on up to a column, of a matrix that was rearranged. */
    Panels part(int fromPanel, int toColumn) {
        int count = Lanes.panels(toColumn) - fromPanel;
        return new Panels(room.rows(fromPanel * depth, count * depth), depth, toColumn - fromPanel * PANEL);
    }

    static long floats(int depth, int columns) {
        return (long) depth * Lanes.panels(columns) * PANEL;
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
    long at(int panel, int row) {
        return 4 * room.offset() + panel * panelBytes + row * rowBytes;
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

    /** Fills it from {@code b}, or from its transpose. */
    void fill(Matrix b, Transpose transpose) {
        if (transpose == Transpose.NO) {
            for (int panel = 0; panel < count(); panel++) {
                Blocks.copy(b.segment(), 4 * (b.offset() + (long) panel * PANEL), 4L * b.rowStride(), segment(), at(panel, 0), PANEL_ROW, depth, width(panel));
            }
            return;
        }
        try (Scratch scratch = new Scratch(Slivers.ROOM)) {
            Matrix turning = scratch.matrix(1, Slivers.ROOM);
            for (int panel = 0; panel < count(); panel++) {
                Slivers.turn(b.segment(), 4 * b.row(panel * PANEL), 4L * b.rowStride(), width(panel), depth, segment(), at(panel, 0), PANEL_ROW, turning);
            }
        }
    }
}
