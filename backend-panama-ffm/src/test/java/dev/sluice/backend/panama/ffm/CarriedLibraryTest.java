package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of the libraries in a jar. */
class CarriedLibraryTest {
    @TempDir
    Path cache;

    private Path copy() throws Exception {
        return CarriedLibrary.find(getClass().getClassLoader(), cache).file();
    }

    private List<String> files() throws Exception {
        try (var files = Files.list(copy().getParent())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theLibraryAndWhatItNeedsAreCopiedAndNothingElse() throws Exception {
        assertThat(copy().getFileName().toString()).startsWith("libopenblas.");
        assertThat(files()).anyMatch(name -> name.startsWith("libgfortran.")).noneMatch(name -> name.contains("jni") || name.endsWith(".part") || name.endsWith(".h"));
    }

    @Test
    void copiesAreMadeOnceAndAgainWhereTheyAreNotWhole() throws Exception {
        Path library = copy();
        long size = Files.size(library);
        var time = Files.getLastModifiedTime(library);
        assertThat(Files.getLastModifiedTime(copy())).isEqualTo(time);
        try (var channel = Files.newByteChannel(library, StandardOpenOption.WRITE)) {
            channel.truncate(1000);
        }
        assertThat(Files.size(copy())).isEqualTo(size);
        Files.delete(library);
        assertThat(Files.size(copy())).isEqualTo(size);
    }

    @Test
    void severalMayCopyAtOnce() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> sizes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                sizes.add(threads.submit((Callable<Long>) () -> Files.size(copy())));
            }
            for (Future<Long> size : sizes) {
                assertThat(size.get()).isEqualTo(Files.size(copy()));
            }
        }
        assertThat(files()).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void anInterruptedThreadCopiesToo() throws Exception {
        Thread.currentThread().interrupt();
        Path library = copy();
        assertThat(Thread.interrupted()).as("the flag stays").isTrue();
        assertThat(Files.mismatch(library, CarriedLibrary.find(getClass().getClassLoader(), cache.resolve("again")).file())).isEqualTo(-1);
    }

    @Test
    void aClassPathWithoutAJarHasNone() throws Exception {
        assertThat(CarriedLibrary.find(ClassLoader.getPlatformClassLoader(), cache)).isNull();
    }
}
