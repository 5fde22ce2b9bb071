package dev.sluice.examples.terminal;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that shows how far something has come, where the output is a terminal; elsewhere nothing. It disappears when it is closed. */
public final class TerminalBar implements AutoCloseable {
    private final ProgressBar bar; // or null

    public TerminalBar(String title, long total) {
        boolean terminal = System.console() != null && System.console().isTerminal();
        bar = !terminal ? null : new ProgressBarBuilder().setTaskName(title).setInitialMax(total).setStyle(ProgressBarStyle.ASCII).setUpdateIntervalMillis(100).hideEta().clearDisplayOnFinish().build();
    }

    /** Whether anyone can see it. */
    public boolean isShown() {
        return bar != null;
    }

    /** One more. */
    public void step() {
        if (bar != null) {
            bar.step();
        }
    }

    /** So many, and how it goes. */
    public void stepTo(long done, String state) {
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(" " + state);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
