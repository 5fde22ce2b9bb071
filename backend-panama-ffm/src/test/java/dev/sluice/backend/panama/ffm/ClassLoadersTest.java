package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Transpose;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The backend in a class loader of its own, as plugins and web applications are loaded: its jar is found there, whoever calls, and nothing holds the loader. */
class ClassLoadersTest {
    private static final ClassLoader HOST = ClassLoader.getPlatformClassLoader(); // knows neither the backend nor a jar

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    @BeforeEach
    void theHostIsTheCaller() {
        Thread.currentThread().setContextClassLoader(HOST);
    }

    @AfterEach
    void theTestsAreAgain() {
        Thread.currentThread().setContextClassLoader(before);
    }

    /** A loader of the class path of the tests, with the jar of the library or without. */
    private static URLClassLoader child(boolean jar) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (jar || !entry.contains("bytedeco")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), HOST);
    }

    private static Class<?> in(ClassLoader loader, Class<?> type) throws Exception {
        return loader.loadClass(type.getName());
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) throws Exception {
        Method method = type.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    /** The library that the backend of a loader finds. */
    private static Object configured(ClassLoader loader) throws Exception {
        return method(in(loader, LibrarySearch.class), "configured").invoke(null);
    }

    @Test
    void theJarBesideTheBackendIsFoundWhoeverCalls() throws Exception {
        try (URLClassLoader child = child(true)) {
            for (ClassLoader context : Arrays.asList(HOST, null, child)) {
                Thread.currentThread().setContextClassLoader(context);
                assertThat(configured(child)).asString().matches("OpenBLAS .* \\(openblas-.*\\.jar\\)");
            }
        }
    }

    @Test
    void aJarThatOnlyTheCallersLoaderKnowsIsFoundToo() throws Exception {
        try (URLClassLoader backend = child(false); URLClassLoader caller = child(true)) {
            assertThatThrownBy(() -> configured(backend)).isInstanceOf(InvocationTargetException.class).cause().hasMessageContaining("(not there: a jar with one)");
            Thread.currentThread().setContextClassLoader(caller);
            assertThat(configured(backend)).asString().matches("OpenBLAS .* \\(openblas-.*\\.jar\\)");
        }
    }

    /** The library stays open; what calls it goes. */
    @Test
    void aLoaderGoesWhenNobodyNeedsIt() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int deployment = 0; deployment < 20; deployment++) {
            try (URLClassLoader child = child(true)) {
                multiply(child);
                loaders.add(new WeakReference<>(child));
            }
        }
        // The collector says when: it is asked again and again, for as long as a busy machine may need.
        for (long end = System.nanoTime() + 60_000_000_000L; alive(loaders) > 0 && System.nanoTime() < end; ) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(alive(loaders)).isZero();
    }

    private static long alive(List<WeakReference<ClassLoader>> loaders) {
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }

    private static void multiply(ClassLoader loader) throws Exception {
        Object library = configured(loader), no = in(loader, Transpose.class).getEnumConstants()[0];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 2), product = arena.allocate(ValueLayout.JAVA_FLOAT);
            Class<?> enumeration = no.getClass();
            method(in(loader, Product.class), "multiply", enumeration, enumeration, int.class, int.class, int.class, long.class, int.class, long.class, int.class, float.class, long.class, int.class)
                    .invoke(method(library.getClass(), "product").invoke(library), no, no, 1, 1, 1, two.address(), 1, two.address(), 1, 0f, product.address(), 1);
            assertThat(product.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(4);
        }
    }
}
