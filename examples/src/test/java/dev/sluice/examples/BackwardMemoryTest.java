package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backward takes the memory of one gradient of what is used many times and of the piece that is added to it, not of one for each use. */
class BackwardMemoryTest {
    private static final long SMALL = 4 << 20; // for what a step makes beside it

    @ParameterizedTest
    @EnumSource
    void backwardTakesASumAndAPiece(BackwardLoop loop) throws Exception {
        Jvm jvm = Jvm.run(List.of("-Dsluice.backend=vector", "-Dsluice.threads=1"), BackwardLoop.class, loop.name());
        assertThat(jvm.status()).as(jvm.text()).isZero();
        long[] bytes = Stream.of(jvm.lines().getLast().split(" ")).mapToLong(Long::parseLong).toArray();
        long before = bytes[0], after = bytes[1], peak = bytes[2];
        System.out.printf(Locale.ROOT, "%s: %.1f MB, %.1f after the loop, %.1f at most%n", loop, before / 1e6, (after - before) / 1e6, (peak - before) / 1e6);
        assertThat(peak - after).isLessThan(2 * roundedUp(loop.large()) + SMALL);
    }

    /** Memory is taken in blocks of sizes that are up to a quarter apart. */
    private static long roundedUp(long bytes) {
        return bytes * 5 / 4;
    }
}
