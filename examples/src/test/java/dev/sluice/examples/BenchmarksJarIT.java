package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** target/benchmarks.jar, alone: it finds the backends, and starts its JVMs with the flags they need. */
class BenchmarksJarIT {
    private static List<String> run(String... arguments) throws Exception {
        // JMH lets one of it run on a machine at a time, for the sake of the figures, which are of no interest here.
        List<String> command = new ArrayList<>(List.of("-Djmh.ignoreLock=true", "-jar", Path.of("target", "benchmarks.jar").toString()));
        command.addAll(List.of(arguments));
        Jvm jvm = Jvm.start(Map.of(), command);
        assertThat(jvm.status()).as(jvm.text()).isZero();
        return jvm.lines();
    }

    @Test
    void measuresEveryBackendWithItsRateAndWhatItAllocates() throws Exception {
        List<String> lines = run("ProductBenchmark.multiply$", "-f", "1", "-wi", "1", "-i", "1", "-w", "100ms", "-r", "100ms", "-p", "product=64x64x64", "-p", "threads=1");
        for (String backend : List.of("vector", "panama-ffm", "scalar")) {
            assertThat(lines).anyMatch(line -> line.matches("ProductBenchmark.multiply +" + backend + " .* us/op"));
            assertThat(lines).anyMatch(line -> line.matches("ProductBenchmark.multiply:limit +" + backend + " .* %"));
            assertThat(lines).anyMatch(line -> line.matches("ProductBenchmark.multiply:rate +" + backend + " .* GFLOP/s"));
            assertThat(lines).anyMatch(line -> line.matches("ProductBenchmark.multiply:gc.alloc.rate.norm +" + backend + " .* B/op"));
        }
    }

    @Test
    void listsThem() throws Exception {
        assertThat(run("-l")).anyMatch(line -> line.endsWith("StreamBenchmark.callers8")).anyMatch(line -> line.endsWith("ColdStartBenchmark.firstForward")).hasSizeGreaterThan(15);
    }
}
