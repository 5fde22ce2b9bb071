package dev.sluice.examples.stress;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how an epoch goes: a bar where the output is a terminal, otherwise a line at each quarter. */
public final class Progress implements StressTraining.Listener, AutoCloseable {
    private static final int LINES = 4;

    private final String title;
    private final int total;
    private final long begin = System.nanoTime();
    private final ProgressBar bar;
    private int lines;

    public Progress(String title, int total) {
        this.title = title;
        this.total = total;
        boolean terminal = System.console() != null && System.console().isTerminal();
        bar = !terminal ? null : new ProgressBarBuilder().setTaskName(title).setInitialMax(total).setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100).hideEta().clearDisplayOnFinish().build();
    }

    @Override
    public void batchDone(int words, double loss) {
        String state = String.format(Locale.ROOT, "loss %.4f  %,.0f words/s", loss, words / ((System.nanoTime() - begin) / 1e9));
        if (bar != null) {
            bar.stepTo(words);
            bar.setExtraMessage(" " + state);
        } else if ((long) words * LINES / total > lines) {
            lines = (int) ((long) words * LINES / total);
            System.out.println(title + String.format("  %3d %%  ", 100L * words / total) + state);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
