package dev.sluice.examples;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The backend panama-ffm as a user starts it, each time in a JVM of its own: what it says, and how fast it is. */
class NativeLibraryTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    private static final String LOG = "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n";
    private static final int SIZE = 512;

    /** Prints what panama-ffm runs on and how many billion operations a second its product makes; with an argument, the library takes this processor for that one. */
    static final class Speed {
        @SuppressWarnings("restricted")
        public static void main(String[] args) throws Throwable {
            System.getenv(); // as the process began
            if (args.length > 0) {
                Linker linker = Linker.nativeLinker();
                try (Arena arena = Arena.ofConfined()) {
                    int failed = (int) linker.downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT))
                            .invokeExact(arena.allocateFrom("OPENBLAS_CORETYPE"), arena.allocateFrom(args[0]), 1);
                    assertThat(failed).isZero();
                }
            }
            Backend backend = Backends.discover(Workers.of(1)).named("panama-ffm");
            Scratch scratch = new Scratch(3L * SIZE * SIZE);
            Matrix a = scratch.matrix(SIZE, SIZE), b = scratch.matrix(SIZE, SIZE), c = scratch.matrix(SIZE, SIZE);
            Stream.of(a, b, c).forEach(matrix -> matrix.fill(0.5f));
            double best = 0;
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            for (int time = 0; time < 100; time++) {
                long begin = threads.getCurrentThreadCpuTime(); // others may take its place meanwhile
                backend.gemm(a, Transpose.NO, b, Transpose.NO, 0f, c);
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / (threads.getCurrentThreadCpuTime() - begin));
            }
            System.out.println("runs on " + backend.description());
            System.out.println("speed " + best);
        }
    }

    private static double speed(Jvm jvm) {
        return Double.parseDouble(jvm.lines().stream().filter(line -> line.startsWith("speed ")).findFirst().orElseThrow(() -> new AssertionError(jvm.text())).substring(6));
    }

    /** Without what this machine may say about OpenBLAS. */
    private static Map<String, String> environment(String... more) {
        return more.length == 0 ? Map.of("OPENBLAS_CORETYPE", "", "OPENBLAS_L2_SIZE", "") : Map.of("OPENBLAS_L2_SIZE", "", more[0], more[1]);
    }

    /**
     * A library that takes this processor for a Prescott, as Debian's OpenBLAS does on processors that are newer than it, is opened again with kernels for it; a user's own choice stays.
     */
    @Test
    void aLibraryThatDoesNotKnowTheProcessorIsCured() throws Exception {
        String flags = Files.exists(Path.of("/proc/cpuinfo")) ? Files.readString(Path.of("/proc/cpuinfo")) : "";
        assumeTrue(flags.contains(" avx2 "), "the processor is not known to have AVX2");
        boolean avx512 = flags.contains(" avx512vl ") && flags.contains(" avx512bw ");
        String simd = avx512 ? "AVX-512" : "AVX2", core = avx512 ? "SkylakeX" : "Haswell";

        Jvm left = Jvm.start(environment("OPENBLAS_CORETYPE", "Prescott"), List.of(NATIVE, LOG, "-Dsluice.blas=jar", "-cp", CLASS_PATH, Speed.class.getName()));
        assertThat(left.text()).containsPattern("WARNING sluice: OpenBLAS \\S+, core Prescott does not use this processor's " + simd + ", for OPENBLAS_CORETYPE=Prescott is set; start without "
                + "it, or with OPENBLAS_CORETYPE=" + core).contains("core Prescott");

        Jvm cured = Jvm.start(environment(), List.of(NATIVE, LOG, "-Dsluice.blas=jar", "-cp", CLASS_PATH, Speed.class.getName(), "Prescott"));
        assertThat(cured.text()).containsPattern("INFO sluice: OpenBLAS \\S+, core Prescott took this processor, which has " + simd + ", for an older one; it was opened again with "
                + "OPENBLAS_CORETYPE=" + core).contains("core " + core);
        System.out.printf("cured, the library is %.1f times as fast%n", speed(cured) / speed(left));
        assertThat(speed(cured) / speed(left)).isGreaterThan(1.5); // 2.6 where AVX-512 is done in halves, more elsewhere
    }

    @Test
    void startedAsTheReadmeSaysItWarnsOfNothing() throws Exception {
        Jvm jvm = Jvm.start(environment(), List.of(NATIVE, LOG, "-Dsluice.blas=jar", "-cp", CLASS_PATH, Speed.class.getName()));
        assertThat(jvm.lines()).hasSize(2);
        assertThat(jvm.lines().getFirst()).matches("runs on OpenBLAS \\S+, core \\w+ \\(openblas-.*\\.jar\\), 1 thread of one BLAS thread each, the rest by scalar");
    }

    @Test
    void deniedAccessSaysWhichOptionIsMissing() throws Exception {
        Jvm jvm = Jvm.start(environment(), List.of("--illegal-native-access=deny", "-Dsluice.blas=jar", "-cp", CLASS_PATH, ListBackends.class.getName()));
        assertThat(jvm.lines().get(1)).startsWith("panama-ffm  not usable  this Java denies calls of native code; start it with --enable-native-access=ALL-UNNAMED  (");
        String modules = Jvm.modules("/backend-", "sluice-backend-");
        jvm = Jvm.start(environment(), List.of("--illegal-native-access=deny", "-p", modules, "--add-modules", "ALL-MODULE-PATH", "-cp", Jvm.classPath("/examples/target/classes"),
                ListBackends.class.getName()));
        assertThat(jvm.lines().get(1)).startsWith("panama-ffm  not usable  this Java denies calls of native code; start it with --enable-native-access=dev.sluice.backend.panama.ffm  (");
    }

    /** Without the flag that vector needs, a good library comes before plain loops. The backend may be on the module path; the library's jar stays on the class path. */
    @Test
    void itComesBeforeScalarAndAfterVector() throws IOException, InterruptedException {
        Jvm jvm = Jvm.start(environment(), List.of(NATIVE, "-Dsluice.blas=jar", "-cp", CLASS_PATH, ListBackends.class.getName()));
        assertThat(jvm.lines()).contains("in use: panama-ffm");
        jvm = Jvm.run(List.of("-Dsluice.blas=jar"), ListBackends.class);
        assertThat(jvm.lines()).contains("in use: vector");
        String modules = Jvm.modules("/backend-", "sluice-backend-");
        jvm = Jvm.start(environment(), List.of("--enable-native-access=dev.sluice.backend.panama.ffm", "-Dsluice.blas=jar", "-Dsluice.backend=panama-ffm", "-p", modules, "--add-modules",
                "ALL-MODULE-PATH", "-cp", Jvm.classPath("/examples/target/classes", "/bytedeco/"), ListBackends.class.getName()));
        assertThat(jvm.lines()).contains("in use: panama-ffm");
    }
}
