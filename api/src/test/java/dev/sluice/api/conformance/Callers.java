package dev.sluice.api.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Four threads that call a backend at once, for rule 9. */
final class Callers {
    private static final int COUNT = 4;

    private Callers() {}

    /** Runs {@code task} for 0 to 3 side by side; what one of them finds wrong is thrown here. */
    static void run(String what, IntConsumer task) throws InterruptedException {
        try (ExecutorService threads = Executors.newFixedThreadPool(COUNT)) {
            List<Future<?>> done = new ArrayList<>();
            for (int caller = 0; caller < COUNT; caller++) {
                int number = caller;
                done.add(threads.submit(() -> task.accept(number)));
            }
            for (Future<?> each : done) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("rule 9: four threads at once, each with its own " + what + ": " + e.getCause().getMessage(), e.getCause());
                }
            }
        }
    }
}
