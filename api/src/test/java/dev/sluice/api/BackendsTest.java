package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsTest {
    private static final BackendProvider SLOW = new FakeBackend.Provider("slow", 1);
    private static final BackendProvider FAST = new FakeBackend.Provider("fast", 2);
    private static final BackendProvider BROKEN = new FakeBackend.BrokenProvider("broken", 3, new BackendUnavailableException("no such unit; buy one"));

    private static Backends of(BackendProvider... providers) {
        return Backends.of(Workers.of(1), List.of(providers));
    }

    @AfterEach
    void noProperty() {
        System.clearProperty("sluice.backend");
    }

    @Test
    void theBestThatOpensIsTheDefault() {
        assertThat(of(SLOW, BROKEN, FAST).best().name()).isEqualTo("fast");
        assertThat(of(SLOW, BROKEN, FAST).selected().name()).isEqualTo("fast");
        assertThat(of(SLOW, BROKEN, FAST).usable()).extracting(Backend::name).containsExactly("fast", "slow");
    }

    @Test
    void aPropertySelectsOneAndNothingElse() {
        System.setProperty("sluice.backend", "slow");
        assertThat(of(SLOW, FAST).selected().name()).isEqualTo("slow");
        System.setProperty("sluice.backend", "  ");
        assertThat(of(SLOW, FAST).selected().name()).isEqualTo("fast");
        System.setProperty("sluice.backend", "broken");
        assertThatThrownBy(() -> of(SLOW, BROKEN).selected()).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("backends: broken was asked for and is not usable: no such unit; buy one");
        System.setProperty("sluice.backend", "quick");
        assertThatThrownBy(() -> of(SLOW, BROKEN).selected()).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("backends: none is named quick; found: broken (not usable: no such unit; buy one), slow");
    }

    @Test
    void oneThatLooksForOthersWhileItOpensFindsThemAndNotItself() {
        BackendProvider relying = new FakeBackend.RelyingProvider("relying", 3);
        assertThat(of(SLOW, relying, FAST).best().description()).isEqualTo("relies on fast, slow");
        assertThat(of(SLOW, relying, new FakeBackend.RelyingProvider("too", 4)).named("relying").description()).isEqualTo("relies on too, slow");
        assertThat(of(relying).usable()).extracting(Backend::description).containsExactly("relies on ");
    }

    @Test
    void noneAtAllAndNoneUsable() {
        String none = ", for there are none on the class path or module path; add one, such as dev.sluice:sluice-backend-scalar";
        assertThatThrownBy(() -> of().best()).isInstanceOf(BackendUnavailableException.class).hasMessage("backends: none is usable" + none);
        assertThat(of().report()).isEqualTo("backends: none found" + none);
        assertThat(of(BROKEN)).hasToString("broken  not usable  no such unit; buy one  (test-classes)");
        assertThatThrownBy(() -> of(BROKEN).best()).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("backends: none is usable; found: broken (not usable: no such unit; buy one)");
    }

    @Test
    void twoOfOneNameAreRefused() {
        assertThatThrownBy(() -> of(SLOW, new FakeBackend.Provider("slow", 9))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("backends: two are named slow, from test-classes and from test-classes; names must differ: take one of them from the class path");
    }

    @Test
    void aProviderThatThrowsOrDoesNotFitIsReportedAndSkipped() {
        BackendProvider throwing = new FakeBackend.BrokenProvider("throwing", 5, new NullPointerException("oops"));
        BackendProvider other = new FakeBackend.BrokenProvider("other", 4, new NoSuchMethodError("void gemm()"));
        assertThat(of(throwing, other, SLOW).best().name()).isEqualTo("slow");
        assertThat(of(throwing, other, SLOW).report().lines()).containsExactly(
                "throwing  not usable  oops  (test-classes)",
                "other     not usable  java.lang.NoSuchMethodError: void gemm(); it was built for another version of sluice-api, or misses a module  (test-classes)",
                "slow      usable      does nothing  (test-classes)");
    }

    @Test
    void aProviderThatCannotBeLoadedIsReportedAndTheOthersStay(@TempDir Path folder) throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(BackendProvider.class.getName()), "com.example.Missing\n" + BackendsTest.class.getName() + "\n" + Found.class.getName() + "\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            assertThat(Backends.discover(Workers.of(1)).report().lines()).containsExactly(
                    "found         usable      does nothing  (test-classes)",
                    "unloadable-1  not usable  dev.sluice.api.BackendProvider: Provider com.example.Missing not found; take its jar from the class path, or use one built for "
                            + "this version of sluice-api",
                    "unloadable-2  not usable  dev.sluice.api.BackendProvider: dev.sluice.api.BackendsTest not a subtype; take its jar from the class path, or use one built for "
                            + "this version of sluice-api");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** A provider as ServiceLoader makes them. */
    public static final class Found implements BackendProvider {
        /** For ServiceLoader. */
        public Found() {}

        @Override
        public String name() {
            return "found";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Backend open(BackendContext context) {
            return new FakeBackend("found", "does nothing", context.workers());
        }
    }

    @Test
    void eachIsOpenedOnce() {
        Backends backends = of(SLOW);
        assertThat(backends.named("slow")).isSameAs(backends.best());
    }

    @Test
    void aScopeReplacesTheCurrentOne() {
        Backend backend = of(FAST).best();
        assertThat(Backends.use(backend, Backends::current)).isSameAs(backend);
        Backend inner = of(SLOW).best();
        Backends.use(backend, () -> assertThat(Backends.use(inner, Backends::current)).isSameAs(inner));
        assertThatThrownBy(Backends::current).as("no backend is on this class path").isInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void anEmptyDiscoveryIsNotKept(@TempDir Path folder) throws IOException {
        assertThatThrownBy(Backends::current).isInstanceOf(BackendUnavailableException.class);
        Files.writeString(Files.createDirectories(folder.resolve("META-INF/services")).resolve(BackendProvider.class.getName()), Found.class.getName());
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            assertThat(Backends.current().name()).isEqualTo("found");
            thread.setContextClassLoader(null);
            assertThat(Backends.current().name()).as("what was found is kept").isEqualTo("found");
        } finally {
            thread.setContextClassLoader(before);
            Backends.release();
        }
        assertThatThrownBy(Backends::current).as("until it is released").isInstanceOf(BackendUnavailableException.class);
    }

    /** A loader with this library in it, as a plugin has, and a provider; its parent knows neither. */
    private static URLClassLoader plugin(Path folder) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("META-INF/services")).resolve(BackendProvider.class.getName()), Found.class.getName());
        return new URLClassLoader(new URL[] {Backends.class.getProtectionDomain().getCodeSource().getLocation(), BackendsTest.class.getProtectionDomain().getCodeSource().getLocation(),
                folder.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    @Test
    void aPluginsBackendsAreFoundWhateverTheThreadsContextIs(@TempDir Path folder) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader plugin = plugin(folder); URLClassLoader other = plugin(Files.createDirectories(folder.resolve("other")))) {
            for (ClassLoader context : new ClassLoader[] {plugin, null, before, ClassLoader.getPlatformClassLoader(), other}) {
                thread.setContextClassLoader(context);
                Object backends = plugin.loadClass(Backends.class.getName()).getMethod("discover").invoke(null);
                assertThat((String) backends.getClass().getMethod("report").invoke(backends)).as("context " + context).isEqualTo("found  usable  does nothing  (test-classes)".replace("usable  ", "usable      "));
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void aJarWhoseFilesOfProvidersWereNotMergedSaysWhatIsMissing(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("program.jar");
        Path classes = Path.of(Backends.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar)); Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).filter(file -> !file.endsWith("module-info.class")).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
            }
            for (String name : List.of("vector/VectorProvider", "panama/ffm/PanamaFFMProvider", "vector/Tile")) {
                out.putNextEntry(new ZipEntry("dev/sluice/backend/" + name + ".class"));
            }
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader program = new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(program);
            Object backends = program.loadClass(Backends.class.getName()).getMethod("discover").invoke(null);
            String why = " is in program.jar, whose META-INF/services/dev.sluice.api.BackendProvider does not list it; have the files of that name merged when the jar is made (Maven's shade "
                    + "plugin: ServicesResourceTransformer; Gradle's shadow: mergeServiceFiles())";
            assertThat(((String) backends.getClass().getMethod("report").invoke(backends)).lines()).containsExactly(
                    "panama-ffm  not usable  dev.sluice.backend.panama.ffm.PanamaFFMProvider" + why, "vector      not usable  dev.sluice.backend.vector.VectorProvider" + why);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void javaReleasesThatSpoilNumbersAreKnown() {
        assertThat(Stream.of("25", "25.0.1", "25.0.2+10").map(Runtime.Version::parse)).allMatch(KnownFault::has);
        assertThat(Stream.of("24.0.2", "25.0.3", "25.1", "26").map(Runtime.Version::parse)).noneMatch(KnownFault::has);
        assertThat(KnownFault.warning(Runtime.Version.parse("25.0.1"))).isEqualTo("this is Java 25.0.1, in which the collector G1 may corrupt arrays that are pinned for native code "
                + "(JDK-8377811); use 25.0.3 or later, or another collector, such as -XX:+UseParallelGC");
    }
}
