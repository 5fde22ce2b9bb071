package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * Weights [4H, depth] rearranged so that a panel ends with all gates of a vector of units: row k of panel p has the k-th weights of the
 * units p·lanes … in the order i | f | o | g, see {@link Cell}.
 */
final class GatePanels {
    /** Where the k-th gate of a panel is among the contract's i | f | g | o. */
    static final int[] GATE = {0, 1, 3, 2};

    private final Matrix room;
    private final int depth;
    private final Units units;

    /** Takes {@link #floats} numbers of the scratch memory. */
    GatePanels(Scratch scratch, int depth, Units units) {
        room = scratch.matrix(depth * units.vectors(), PANEL);
        this.depth = depth;
        this.units = units;
    }

    static long floats(int depth, Units units) {
        return (long) depth * units.vectors() * PANEL;
    }

    MemorySegment segment() {
        return room.segment();
    }

    int depth() {
        return depth;
    }

    /** Where a panel begins, in bytes. */
    long at(int panel) {
        return 4 * room.offset() + (long) panel * depth * PANEL_ROW;
    }

    /** Fills the panels {@code from} to {@code to} from the weights [4H, depth]. */
    void fill(Matrix weights, int from, int to) {
        try (Scratch scratch = new Scratch(Slivers.ROOM)) {
            Matrix turning = scratch.matrix(1, Slivers.ROOM);
            for (int panel = from; panel < to; panel++) {
                for (int k = 0; k < GATE.length; k++) {
                    gate(weights, panel, k, turning);
                }
            }
        }
    }

    private void gate(Matrix weights, int panel, int k, Matrix turning) {
        long source = 4 * weights.row(GATE[k] * units.count() + panel * COUNT), stride = 4L * weights.rowStride();
        long target = at(panel) + k * VECTOR;
        int width = units.width(panel);
        if (width == COUNT) {
            Slivers.turn(weights.segment(), source, stride, depth, segment(), target, PANEL_ROW, turning.segment(), 4 * turning.offset());
            return;
        }
        if (k == 0) {
            segment().asSlice(target, depth * PANEL_ROW).fill((byte) 0); // the lanes without a unit
        }
        Blocks.transpose(weights.segment(), source, stride, segment(), target, PANEL_ROW, width, depth);
    }
}
