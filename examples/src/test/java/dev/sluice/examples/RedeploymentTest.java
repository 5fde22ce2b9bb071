package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that is deployed twenty times leaves nothing behind: no class loader, no thread, no native memory. Not fooled by time: what is still there after a minute counts. */
class RedeploymentTest {
    private static final Pattern LINE = Pattern.compile("deployments (\\d+) loaders (\\d+) threads (.*) MB (\\d+)");

    /** Each deployment has 40 MB of tensors in use when it ends, so what leaks once is noticed. */
    private static final int TENSORS_OF_THREE = 120;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twentyDeploymentsLeaveNothingBehindWhetherOrNotTheyGiveItBack(boolean release) throws Exception {
        Jvm jvm = Jvm.run(List.of("-Drelease=" + release, "-Dsluice.threads=3", "-Xmx256m", "-XX:MaxMetaspaceSize=256m"), Deployments.class);
        assertThat(jvm.status()).as(jvm.text()).isZero();
        List<Matcher> lines = jvm.lines().stream().map(LINE::matcher).filter(Matcher::matches).toList();
        assertThat(lines).as(jvm.text()).hasSize(2);
        assertThat(lines.getLast().group(2)).as("class loaders left; " + jvm.text()).isEqualTo("0");
        assertThat(lines.getLast().group(3)).as("threads left").isEqualTo("[]");
        long early = Long.parseLong(lines.getFirst().group(4)), late = Long.parseLong(lines.getLast().group(4));
        System.out.println("resident after 5 deployments " + early + " MB, after 20 " + late + " MB");
        assertThat(late).as("MB resident after 20 deployments, after 5 it was " + early).isLessThan(early + TENSORS_OF_THREE);
    }
}
