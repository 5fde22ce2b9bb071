package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that opens no scopes runs in little memory, under any collector and in a small container. {@code -Dsluice.inferences=20000} makes it run for minutes. */
class ForgottenScopesTest {
    private static final Pattern LINE = Pattern.compile("seconds (\\S+) held (\\d+) MB resident (\\d+) MB");
    private static final String INFERENCES = System.getProperty("sluice.inferences", "80");

    private static Matcher run(boolean scopes, String... options) throws Exception {
        Jvm jvm = Jvm.run(List.of(options), Forgetful.class, INFERENCES, "" + scopes);
        Matcher line = LINE.matcher(jvm.lines().getLast());
        assertThat(line.matches() && jvm.status() == 0).as(jvm.text()).isTrue();
        System.out.println(String.join(" ", options) + ": " + INFERENCES + " inferences " + (scopes ? "in scopes " : "") + line.group());
        return line;
    }

    /** The heap, all of which is touched at the start, is not counted. */
    @Test
    void besideALargeHeapLittleIsHeld() throws Exception {
        if (System.getProperty("sluice.inferences") != null) {
            run(true, "-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch"); // to compare the seconds with
        }
        Matcher line = run(false, "-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");
        assertThat(Integer.parseInt(line.group(2))).as("MB held").isLessThan(150);
        assertThat(Integer.parseInt(line.group(3))).as("MB resident").isLessThan(2048 + 300);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseZGC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseShenandoahGC", "-XX:+ExplicitGCInvokesConcurrent", "-XX:+DisableExplicitGC"})
    void soItIsUnderAnyCollector(String option) throws Exception {
        assertThat(Integer.parseInt(run(false, "-Xmx256m", option, "-Dsluice.backend=scalar").group(2))).as("MB held").isLessThan(300);
    }

    /** What a container of 256 MB tells a JVM, without the container. */
    @Test
    void aSmallContainerIsNotOutgrown() throws Exception {
        Matcher line = run(false, "-Xmx128m", "-XX:MaxRAM=256m", "-XX:+UseSerialGC", "-Dsluice.memory=64m");
        assertThat(Integer.parseInt(line.group(2))).as("MB held").isLessThanOrEqualTo(64);
        assertThat(Integer.parseInt(line.group(3))).as("MB resident").isLessThan(256);
    }
}
