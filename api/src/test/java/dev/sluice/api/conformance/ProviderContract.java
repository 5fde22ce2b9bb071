package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** Rules about opening a backend, and the one method that a test class of a backend has. */
public interface ProviderContract {
    /** The backend to judge. */
    BackendProvider provider();

    /** The backends that it may leave part of its work to. */
    default List<BackendProvider> others() {
        return List.of();
    }

    /** The backend itself, opened anew on so many threads, without the checks around it. */
    default Backend open(int threads) {
        return open(Workers.of(threads));
    }

    private Backend open(Workers workers) {
        return provider().open(new BackendContext(workers, Backends.of(workers, others())));
    }

    @Test
    default void rule24_openedBackendsWorkAndGoByTheirProvidersName() {
        Backend backend = open(1);
        String name = provider().name();
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*") || !backend.name().equals(name)) {
            throw new AssertionError("rule 24: the provider is named \"" + name + "\", its backend \"" + backend.name()
                    + "\"; both must be one name of small letters, digits and hyphens");
        }
        if (backend.description().isBlank() || backend.description().contains("\n")) {
            throw new AssertionError("rule 24: the description is \"" + backend.description() + "\"; one line that tells what it runs on is required");
        }
        for (int threads = 1; threads <= 3; threads++) {
            Workers given = Workers.of(threads);
            if (open(given).workers() != given) {
                throw new AssertionError("rule 24: opened on workers of " + threads + " threads, the backend tells others; it must use those it is given");
            }
        }
    }

    @Test
    default void rule10_noThreadsAreStartedOrBorrowed() {
        Backend backend = open(1);
        long fewest = Long.MAX_VALUE;
        for (int time = 0; time < 3; time++) { // the JVM itself may start one now and then, but not each time
            long before = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();
            long borrowed = ForkJoinPool.commonPool().getStealCount();
            ProductContract.Product.of(1, 200, 200, 200, 1f, () -> 1f).run(backend, Framed.of(new Random(1), 200, 200, () -> 1f));
            new LayerRun(1, 40, 60, 30, 5).forwardAndBackward(backend);
            fewest = Math.min(fewest, ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - before);
            if (ForkJoinPool.commonPool().getStealCount() > borrowed) {
                throw new AssertionError("rule 10: opened on 1 thread, the backend had work done by the common ForkJoinPool; it must work on the workers it is given");
            }
        }
        if (fewest > 0) {
            throw new AssertionError("rule 10: opened on 1 thread, the backend started " + fewest + " more; it must work on the workers it is given");
        }
    }
}
