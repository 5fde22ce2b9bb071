package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
}
