package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The standard shapes, forward and in training, with each number of threads. */
record Shapes(Contest contest, List<Workload> shapes, List<Integer> threads) {
    /**
     * @param progress is told what comes next
     */
    List<Measurement> measure(Contenders contenders, Consumer<String> progress) throws IOException {
        List<Measurement> lines = new ArrayList<>();
        for (int count : threads) {
            contenders.on(count, all -> {
                for (Workload shape : shapes) {
                    for (boolean training : new boolean[] {false, true}) {
                        progress.accept(shape.title() + (training ? ", training, " : ", forward, ") + count + (count == 1 ? " thread" : " threads"));
                        lines.addAll(contest.of(shape.title(), shape.work(), training, count, all, () -> {}));
                    }
                }
            });
        }
        return lines;
    }
}
