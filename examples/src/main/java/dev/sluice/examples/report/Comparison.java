package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether two runs agree: the median of each ratio to vector within the range of the other run's rounds. */
public record Comparison(Results before, Results after) {
    /** A line for each ratio that does not, and how many do. */
    public String text() {
        List<String> lines = new ArrayList<>();
        int compared = 0;
        List<Double> drifts = new ArrayList<>();
        for (Measurement theirs : after.shapes()) {
            Optional<Series> now = ratio(after, theirs), then = ratio(before, theirs);
            if (theirs.by().equals(Results.OURS) || now.isEmpty() || then.isEmpty()) {
                continue;
            }
            compared++;
            drifts.add(Math.abs(Math.log(now.get().median() / then.get().median())));
            if (now.get().highest() < then.get().lowest() || now.get().lowest() > then.get().highest()) {
                lines.add(String.format(Locale.ROOT, "%s, %s, %d threads, %s: %.2f (%.2f … %.2f), was %.2f (%.2f … %.2f)", theirs.shape(), theirs.pass(), theirs.threads(), theirs.by(), now.get().median(),
                        now.get().lowest(), now.get().highest(), then.get().median(), then.get().lowest(), then.get().highest()));
            }
        }
        double[] sorted = drifts.stream().mapToDouble(drift -> drift).sorted().toArray();
        lines.add(compared - lines.size() + " of " + compared + " ratios agree: the ranges of their rounds overlap"
                + (compared == 0 ? "" : String.format(Locale.ROOT, "; half of the medians moved by less than %.1f %%, nine in ten by less than %.1f %%", 100 * sorted[compared / 2], 100 * sorted[compared * 9 / 10])));
        return String.join(System.lineSeparator(), lines);
    }

    private static Optional<Series> ratio(Results results, Measurement of) {
        return results.ratio(of.shape(), of.pass(), of.threads(), of.by());
    }
}
