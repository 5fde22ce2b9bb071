package dev.sluice.core.train;

import java.util.Map;

/** Something that a training goes through, and a {@link Checkpoint} remembers where it is: a schedule, early stopping, or your own. */
public interface Resumable {
    /** Where it is now, in words of its own. */
    Map<String, String> progress();

    /** Goes on from there. */
    void resume(Map<String, String> progress);

    /** What it was made with, which must be the same when it goes on: its length, its patience. Nothing, unless it says so. */
    default Map<String, String> settings() {
        return Map.of();
    }
}
