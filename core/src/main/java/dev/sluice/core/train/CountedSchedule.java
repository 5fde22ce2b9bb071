package dev.sluice.core.train;

import java.util.Map;

/** A schedule that goes by how often it was called. */
abstract class CountedSchedule implements Schedule, Resumable {
    int calls;

    @Override
    public Map<String, String> progress() {
        return Map.of("calls", "" + calls);
    }

    @Override
    public void resume(Map<String, String> progress) {
        calls = Integer.parseInt(progress.get("calls"));
    }

    /** What it was made with, and how often it was called. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + "(" + Optimizer.text(settings()).substring(2) + ", calls=" + calls + ")";
    }
}
