package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library reads nothing beyond its operands; if it did, it would end a process, so it is given one of its own. */
@LibraryUnderTest
class EdgeOfMemoryTest {
    private static final String UNDER_TEST = System.getProperty("sluice.blas");

    @TempDir
    Path folder;

    @BeforeEach
    void pagesAreThoseOfPOSIX() {
        assumeFalse(Platform.CURRENT == Platform.WINDOWS, "the pages are mapped as POSIX has it");
    }

    /** What it printed and how it ended. */
    private String run(String library, Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=" + folder.resolve("crash"),
                "--enable-native-access=ALL-UNNAMED", "-Dsluice.blas=" + library, "-cp", System.getProperty("java.class.path"), EdgeOfMemory.class.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return printed + "exit status " + process.waitFor();
    }

    private String printedByAll() {
        return "109744 products at the end of memory by " + LibrarySearch.configured() + "\nexit status 0";
    }

    @Test
    void productsAtTheEndOfMemoryReadNothingBeyond() throws Exception {
        assertThat(run(UNDER_TEST, Map.of())).as("the process that " + LibrarySearch.configured() + " works in").isEqualTo(printedByAll());
    }

    /** Those of its kernels that do are for Haswell; it does not take every processor for one. */
    @Test
    void norDoesBLISBeforeItsCure() throws Exception {
        Identity identity = LibrarySearch.configured().identity();
        assumeTrue(identity.vendor() == Identity.Vendor.BLIS && identity.version().startsWith("0.9."), "it is not BLIS 0.9");
        assumeTrue(Simd.ofThisProcessor() != Simd.UNKNOWN, "the processor is not known to have AVX2");
        assertThat(run(UNDER_TEST, Map.of("BLIS_ARCH_TYPE", "3"))).isEqualTo(printedByAll().replaceFirst("core \\w+", "core haswell"));
        String nameless = "/usr/lib/x86_64-linux-gnu/blis-pthread/libblas.so.3"; // the same, with the functions of BLAS alone
        assumeTrue(Files.exists(Path.of(nameless)), "Debian's libblas.so.3 of BLIS is not installed");
        assertThat(run(nameless, Map.of("BLIS_ARCH_TYPE", "3"))).isEqualTo("109744 products at the end of memory by a BLAS that does not tell its name (" + nameless + ")\nexit status 0");
    }

    /** A float more is noticed. */
    @Test
    void aReaderBeyondEndsItsProcess() throws Exception {
        assertThat(run(UNDER_TEST, Map.of(), "1")).containsPattern("SIG(SEGV|BUS)").doesNotContain("exit status 0");
    }
}
