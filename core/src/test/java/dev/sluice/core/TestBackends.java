package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Backends of 1, 2, 3 and 4 threads for tests that compare them. */
final class TestBackends {
    private static final Map<Integer, Backend> OPENED = new ConcurrentHashMap<>();

    private TestBackends() {}

    static Backend withThreads(int threads) {
        return OPENED.computeIfAbsent(threads, n -> Backends.discover(Workers.of(n)).best());
    }

    static List<Backend> all() {
        return IntStream.rangeClosed(1, 4).mapToObj(TestBackends::withThreads).toList();
    }
}
