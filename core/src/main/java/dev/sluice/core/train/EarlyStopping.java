package dev.sluice.core.train;

import java.util.Map;

/**
 * Tells when a training no longer gets better. The higher a score, the better.
 *
 * <pre>{@code
 * if (early.update(-loss)) {
 *     save the model
 * } else if (early.isOver()) {
 *     break;
 * }
 * }</pre>
 */
public final class EarlyStopping implements Resumable {
    private final int patience;
    private double best = Double.NEGATIVE_INFINITY;
    private int since;

    /**
     * @param patience how many scores in a row may be no better than the best before them
     */
    public EarlyStopping(int patience) {
        if (patience < 1) {
            throw new IllegalArgumentException("EarlyStopping: a patience of " + patience + "; at least 1 is required");
        }
        this.patience = patience;
    }

    /** Takes the next score, the higher the better (of a loss, give the negative); whether it is the best so far. Not a number is never better. */
    public boolean update(double score) {
        boolean better = score > best;
        best = better ? score : best;
        since = better ? 0 : since + 1;
        return better;
    }

    /** Whether patience has run out. */
    public boolean isOver() {
        return since >= patience;
    }

    /** The best score so far. */
    public double best() {
        return best;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("patience", "" + patience);
    }

    @Override
    public Map<String, String> progress() {
        return Map.of("best", "" + best, "since", "" + since);
    }

    @Override
    public void resume(Map<String, String> progress) {
        best = Double.parseDouble(progress.get("best"));
        since = Integer.parseInt(progress.get("since"));
    }

    /** The patience, the best score so far, and how many came since. */
    @Override
    public String toString() {
        return "EarlyStopping(patience=" + patience + ", best=" + best + ", since=" + since + ")";
    }
}
