package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;
import static dev.sluice.backend.vector.Lanes.PANEL;
import static dev.sluice.backend.vector.Lanes.PANEL_ROW;
import static dev.sluice.backend.vector.Lanes.VECTOR;

import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import java.lang.foreign.MemorySegment;

/**
 * Weights [4H, depth] in {@link Panels} that end with all gates of a vector of units: row k of panel p has the k-th weights of the units
 * p·lanes … in the order i | f | o | g, see {@link Cell}.
 */
final class Gates {
    /** Where the k-th gate of a panel is among the contract's i | f | g | o. */
    static final int[] ORDER = {0, 1, 3, 2};

    private Gates() {}

    static long floats(int depth, Units units) {
        return Panels.floats(depth, units.vectors() * PANEL);
    }

    /** Panels to be filled. Takes {@link #floats} numbers of the scratch memory. */
    static Panels panels(Scratch scratch, int depth, Units units) {
        Panels panels = new Panels(scratch, depth, units.vectors() * PANEL);
        if (units.padded() > units.count()) {
            panels.clearLast();
        }
        return panels;
    }

    /** The weights [4H, depth] before they are rearranged. */
    static Panels.Source source(Matrix weights, Units units) {
        MemorySegment from = weights.segment();
        long stride = 4L * weights.rowStride();
        return (panel, row, terms, to, at, turning) -> {
            for (int k = 0; k < ORDER.length; k++) {
                Turning.turn(from, 4 * (weights.row(ORDER[k] * units.count() + panel * COUNT) + row), stride, units.width(panel), terms, to, at + k * VECTOR, PANEL_ROW, turning);
            }
        };
    }
}
