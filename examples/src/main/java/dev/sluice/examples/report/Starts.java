package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How the libraries start, in turn. */
record Starts(int rounds) {
    /**
     * @param libraries by what a table calls them
     */
    List<Footprint> measure(Map<String, Library> libraries, Consumer<String> progress) throws IOException {
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            progress.accept("round " + (round + 1));
            for (String name : libraries.keySet()) {
                starts.computeIfAbsent(name, _ -> new ArrayList<>()).add(Start.of(libraries.get(name).command()));
            }
        }
        return libraries.entrySet().stream().map(entry -> {
            List<Start> all = starts.get(entry.getKey());
            return new Footprint(entry.getKey(), entry.getValue().shippedBytes(), all.stream().mapToDouble(Start::first).toArray(), all.stream().mapToDouble(Start::steady).toArray(),
                    all.stream().flatMapToLong(start -> start.peakMemory().stream()).asDoubleStream().toArray());
        }).toList();
    }
}
