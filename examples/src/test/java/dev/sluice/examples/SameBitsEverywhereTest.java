package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every exact backend gives the bits in {@code digests.txt}, on any number of threads and under any option of the JVM. Where a change of bits is
 * meant, the file is changed with it: it holds what {@link Digests} prints.
 */
class SameBitsEverywhereTest {
    private static final int SMALL_JOBS = 4;
    private static final String WITHOUT_C2 = "-XX:TieredStopAtLevel=1";

    private static List<String> stored() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/dev/sluice/examples/digests.txt"));
    }

    private static Stream<String> exactBackends() {
        return Backends.discover(Workers.of(1)).usable().stream().filter(Backend::isExact).map(Backend::name);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void onAnyNumberOfThreads(int threads) throws IOException {
        for (String name : exactBackends().toList()) {
            try (Workers workers = Workers.of(threads)) {
                List<String> digests = Backends.use(Backends.discover(workers).named(name), () -> Digests.of(false));
                assertThat(digests).as(name + " on " + threads + " threads").isEqualTo(stored());
            }
        }
    }

    static Stream<String> options() {
        return Stream.of(WITHOUT_C2, "-XX:-TieredCompilation", "-XX:UseAVX=2", "-XX:UseAVX=1", "-XX:MaxVectorSize=16", "-XX:MaxVectorSize=32", "-XX:-UseSuperWord");
    }

    @ParameterizedTest
    @MethodSource("options")
    void underAnyOptionOfTheCompiler(String option) throws Exception {
        List<String> names = exactBackends().filter(backend -> !backend.equals("vector") || !option.equals(WITHOUT_C2)).toList();
        Jvm jvm = Jvm.run(List.of("-XX:+IgnoreUnrecognizedVMOptions", option), Digests.class, String.join(",", names), "2");
        assertThat(jvm.lines()).as(names + " with " + option).isEqualTo(Collections.nCopies(names.size(), stored()).stream().flatMap(List::stream).toList());
    }

    /** The vector backend is not for JVMs without their second compiler, and says so: see SelectionTest. */
    @Test
    void inTheInterpreter() throws Exception {
        Jvm jvm = Jvm.run(List.of("-Xint"), Digests.class, "scalar", "1", "small");
        assertThat(jvm.lines()).as("scalar interpreted").isEqualTo(stored().subList(0, SMALL_JOBS));
    }
}
