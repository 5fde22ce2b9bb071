package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import org.junit.jupiter.api.Test;

/** What is on the class path of the examples: all three backends. */
class AllBackendsTest {
    private final Backends backends = Backends.discover(Workers.of(1));

    @Test
    void everyBackendThatCanRunHereIsUsable() {
        assertThat(backends.usable()).extracting(Backend::name).containsExactly("vector", "panama-ffm", "scalar");
    }

    @Test
    void theReportTellsWhatTheyRunOn() {
        assertThat(backends.report().lines().map(line -> line.replaceAll(" {2}\\([^()]*backend[^()]*\\)$", "").replaceAll("of \\d+ floats, \\d+ registers", "of n floats, n registers")
                .replaceAll("usable      .*, 1 thread of", "usable      BLAS, 1 thread of"))).containsExactly(
                        "vector      usable      SIMD of n floats, n registers, 1 thread",
                        "panama-ffm  usable      BLAS, 1 thread of one BLAS thread each, the rest by vector",
                        "scalar      usable      plain Java loops, 1 thread");
    }
}
