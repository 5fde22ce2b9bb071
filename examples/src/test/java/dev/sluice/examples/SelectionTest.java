package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What decides which backend runs: the class path or module path, the property, the environment; each in a JVM of its own. */
class SelectionTest {
    /** Of the class path: api, core, the backends, and the programs. */
    private static final String ALL = Jvm.classPath("/api/target/", "sluice-api-", "/core/target/", "sluice-core-", "/backend-", "sluice-backend-", "/examples/target/");
    private static final String NO_BACKEND = Jvm.classPath("/api/target/", "sluice-api-", "/core/target/", "sluice-core-", "/examples/target/");

    private static final String NO_MODULE = "the module jdk.incubator.vector is not there; start Java with --add-modules jdk.incubator.vector";
    private static final String[] VECTOR = {"--add-modules", "jdk.incubator.vector"};

    /** Whatever BLAS the system has, panama-ffm finds none. */
    private static final String NO_BLAS = "-Dsluice.blas=libnosuchblas.so.7";
    private static final String BLAS_NOT_THERE = "-Dsluice.blas=libnosuchblas.so.7 gives no BLAS library (not there: libnosuchblas.so.7); give the path of one, a name that the system knows it by, "
            + "or one of openblas, mkl, blis, blas, jar";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    private static List<String> list(Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(NATIVE, NO_BLAS));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", ALL, ListBackends.class.getName()));
        return Jvm.start(environment, command).lines();
    }

    private static List<String> inUse(Map<String, String> environment, String... options) throws Exception {
        return list(environment, options).stream().filter(line -> line.startsWith("in use")).toList();
    }

    @Test
    void theEnvironmentSelectsAndThePropertyComesFirst() throws Exception {
        String unusable = "in use: none; backends: vector was asked for and is not usable: " + NO_MODULE;
        assertThat(inUse(Map.of())).containsExactly("in use: scalar");
        assertThat(inUse(Map.of(), VECTOR)).containsExactly("in use: vector");
        assertThat(inUse(Map.of("SLUICE_BACKEND", "scalar"), VECTOR)).containsExactly("in use: scalar");
        assertThat(inUse(Map.of("SLUICE_BACKEND", "vector"))).containsExactly(unusable);
        assertThat(inUse(Map.of("SLUICE_BACKEND", "vector"), "-Dsluice.backend=scalar")).containsExactly("in use: scalar");
        assertThat(inUse(Map.of("SLUICE_BACKEND", "scalar"), "-Dsluice.backend=vector")).containsExactly(unusable);
        assertThat(inUse(Map.of(), "-Dsluice.backend=quick").getFirst()).startsWith("in use: none; backends: none is named quick; found: vector (not usable: ");
    }

    @Test
    void theVectorBackendSaysWhatItMisses() throws Exception {
        assertThat(list(Map.of())).first().asString().startsWith("vector      not usable  " + NO_MODULE);
        assertThat(list(Map.of(), "--add-modules", "jdk.incubator.vector", "-Xint")).first().asString().startsWith("vector      not usable  this JVM runs without its C2 compiler "
                + "(interpreted mode, sharing), and vectors would be slower than plain loops; start it without -Xint and -XX:TieredStopAtLevel, or use scalar");
        assertThat(list(Map.of(), "--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1")).first().asString()
                .startsWith("vector      not usable  this JVM runs without its C2 compiler (mixed mode, emulated-client, sharing), and");
        for (String option : System.getProperty("os.arch").equals("amd64") ? List.of("-XX:-UseFMA", "-XX:UseAVX=0") : List.of("-XX:-UseFMA")) {
            assertThat(list(Map.of(), "--add-modules", "jdk.incubator.vector", option)).as(option).anySatisfy(line -> assertThat(line)
                    .startsWith("vector      not usable  this JVM has no fused multiply-add in hardware, without which every product would take about a thousand times as long; "
                            + "start it without -XX:UseAVX=0 and -XX:-UseFMA, or use a processor that has it"));
        }
        assertThat(inUse(Map.of(), "--add-modules", "jdk.incubator.vector", "-Xint")).containsExactly("in use: scalar");
    }

    @Test
    void aClassPathWithoutABackendSaysSo() throws Exception {
        Jvm jvm = Jvm.start(Map.of(), List.of("-cp", NO_BACKEND, QuickStart.class.getName()));
        assertThat(jvm.status()).isEqualTo(1);
        assertThat(jvm.text()).contains("BackendUnavailableException: backends: none is usable, for there are none on the class path or module path; add one, such as "
                + "dev.sluice:sluice-backend-scalar");
    }

    @Test
    void oneLineOfTheLogSaysWhatRunsAndWhatWasSkipped() throws Exception {
        Jvm jvm = Jvm.start(Map.of(), List.of(NATIVE, NO_BLAS, "-Dsluice.threads=1", "-Djava.util.logging.SimpleFormatter.format=%4$s %5$s%n", "-cp", ALL, QuickStart.class.getName()));
        assertThat(jvm.lines().stream().filter(line -> line.contains("sluice"))).containsExactly("INFO sluice runs on backend scalar: plain Java loops, 1 thread; "
                + "skipped vector: " + NO_MODULE + "; skipped panama-ffm: " + BLAS_NOT_THERE);
    }

    @Test
    void backendsAreFoundOnTheModulePathToo() throws Exception {
        String modules = Jvm.modules("/backend-", "sluice-backend-");
        Jvm jvm = Jvm.start(Map.of(), List.of("--enable-native-access=dev.sluice.backend.panama.ffm", NO_BLAS, "-Dsluice.threads=1", "-p", modules, "--add-modules", "ALL-MODULE-PATH", "-cp", Jvm.classPath("/examples/target/classes"),
                ListBackends.class.getName()));
        assertThat(jvm.text()).containsPattern("vector      usable      SIMD of \\d+ floats, \\d+ registers, 1 thread").contains("scalar      usable      plain Java loops, 1 thread", "in use: vector");
        assertThat(jvm.lines()).hasSize(4).contains("panama-ffm  not usable  " + BLAS_NOT_THERE + "  (" + origin(jvm, "panama-ffm") + ")");
    }

    private static String origin(Jvm jvm, String backend) {
        return jvm.lines().stream().filter(line -> line.startsWith(backend)).findFirst().orElseThrow().replaceAll(".* {2}\\((.*)\\)$", "$1");
    }
}
