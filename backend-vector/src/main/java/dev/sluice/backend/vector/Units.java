package dev.sluice.backend.vector;

import static dev.sluice.backend.vector.Lanes.COUNT;

/** The hidden units of a layer, a vector of them at a time: the four gates of one vector of units are a panel. */
record Units(int count) {
    /** How many vectors, and so panels of gates, there are. */
    int vectors() {
        return Lanes.vectors(count);
    }

    /** The units, filled up to whole vectors. */
    int padded() {
        return Lanes.padded(count);
    }

    /** The units in a vector that are not filled up. */
    int width(int vector) {
        return Math.min(COUNT, count - vector * COUNT);
    }
}
