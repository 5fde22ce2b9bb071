package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contenders doing the same work in turn, round by round.
 *
 * @param rounds how many
 * @param warmUp seconds for each before the first round, twice, and again as long as it gets faster
 * @param seconds of each turn
 */
public record Contest(int rounds, double warmUp, double seconds) {
    /**
     * Has the JVM compile what backends run; until then each pass is a hundred times as slow, and gets no faster. It takes twelve times the warm-up for each.
     */
    public void compile(List<Backend> backends) {
        for (Backend backend : backends) {
            for (Workload shape : new Workload[] {Workload.NOTEBOOK, Workload.PACKED_WORDS}) {
                Passes passes = shape.work().on(backend);
                Series.timed(passes.run(false), 3 * warmUp);
                Series.timed(passes.run(true), 3 * warmUp);
            }
        }
    }

    /**
     * A line for each contender, in their order.
     *
     * @param after is called after each turn
     */
    public List<Measurement> of(String shape, Work work, boolean training, int threads, List<Contender> contenders, Runnable after) throws IOException {
        Map<Contender, Series.Turn> turns = new LinkedHashMap<>();
        Map<Contender, String> unsupported = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            try {
                turns.put(contender, contender.turn(new Request(work, training, threads, warmUp, seconds)));
            } catch (UnsupportedOperationException e) {
                unsupported.put(contender, e.getMessage());
            }
        }
        List<Series> series = Series.inTurn(List.copyOf(turns.values()), rounds, after);
        List<Measurement> lines = new ArrayList<>();
        int measured = 0;
        for (Contender contender : contenders) {
            double[] times = turns.containsKey(contender) ? series.get(measured++).rounds() : new double[0];
            lines.add(new Measurement(shape, training ? "training" : "forward", threads, contender.name(), times, work.cost().times(training ? 3 : 1).flop(), unsupported.get(contender)));
        }
        return lines;
    }
}
