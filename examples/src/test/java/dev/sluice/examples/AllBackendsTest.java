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
        assertThat(backends.usable()).extracting(Backend::name).containsExactly("vector", "scalar");
    }

    @Test
    void theReportTellsWhyTheOthersAreNot() {
        assertThat(backends.report().lines().map(line -> line.replaceAll(" {2}\\(.*", "").replaceAll("of \\d+ floats, \\d+ registers", "of n floats, n registers"))).containsExactly(
                "vector      usable      SIMD of n floats, n registers, 1 thread",
                "panama-ffm  not usable  this release has no BLAS binding; use scalar",
                "scalar      usable      plain Java loops, 1 thread");
    }
}
