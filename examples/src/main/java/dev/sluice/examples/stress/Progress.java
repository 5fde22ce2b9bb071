package dev.sluice.examples.stress;

import dev.sluice.examples.terminal.TerminalBar;
import java.util.Locale;

/** Shows how an epoch goes: a bar where the output is a terminal, otherwise a line at each quarter. */
public final class Progress implements StressTraining.Listener, AutoCloseable {
    private static final int LINES = 4;

    private final String title;
    private final int total;
    private final long begin = System.nanoTime();
    private final TerminalBar bar;
    private int lines;

    public Progress(String title, int total) {
        this.title = title;
        this.total = total;
        bar = new TerminalBar(title, total);
    }

    @Override
    public void batchDone(int words, double loss) {
        String state = String.format(Locale.ROOT, "loss %.4f  %,.0f words/s", loss, words / ((System.nanoTime() - begin) / 1e9));
        bar.stepTo(words, state);
        if (!bar.isShown() && (long) words * LINES / total > lines) {
            lines = (int) ((long) words * LINES / total);
            System.out.println(title + String.format(Locale.ROOT, "  %3d %%  ", 100L * words / total) + state);
        }
    }

    @Override
    public void close() {
        bar.close();
    }
}
