package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(600) // seconds, where nothing but what never ends takes as many
class WorkersTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyTaskRunsOnce(int threads) {
        try (Workers workers = Workers.of(threads)) {
            for (int round = 0; round < 2000; round++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(7);
                workers.run(7, runs::incrementAndGet);
                for (int i = 0; i < 7; i++) {
                    assertThat(runs.get(i)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void tasksRunSideBySide() {
        try (Workers workers = Workers.of(3)) {
            CountDownLatch all = new CountDownLatch(3);
            workers.run(3, i -> {
                all.countDown();
                await(all);
            });
        }
    }

    @Test
    void sidesWorkAtTheSameTimeAndAreToldTheirNumber() {
        try (Workers workers = Workers.of(3)) {
            for (int round = 0; round < 500; round++) {
                AtomicInteger arrived = new AtomicInteger();
                workers.together(3, (number, sides) -> {
                    assertThat(sides).isEqualTo(3);
                    arrived.incrementAndGet();
                    while (arrived.get() < 3) { // for ever, unless all three are there
                        Thread.onSpinWait();
                    }
                });
            }
            workers.together(2, (number, sides) -> assertThat(sides).isEqualTo(2));
            workers.together(9, (number, sides) -> assertThat(sides).isEqualTo(3));
        }
    }

    @Test
    void thereIsOneSideWhileTheTeamIsBusyOrEnded() {
        Workers workers = Workers.of(2);
        AtomicInteger alone = new AtomicInteger();
        workers.run(2, i -> workers.together(2, (number, sides) -> alone.addAndGet(sides)));
        assertThat(alone.get()).isEqualTo(2);
        workers.close();
        workers.close();
        workers.together(2, (number, sides) -> assertThat(sides).isEqualTo(1));
    }

    @Test
    void whatASideThrowsIsThrown() {
        try (Workers workers = Workers.of(2)) {
            assertThatThrownBy(() -> workers.together(2, (number, sides) -> {
                if (number == 1) {
                    throw new IllegalStateException("side 1");
                }
            })).isInstanceOf(IllegalStateException.class).hasMessage("side 1");
        }
    }

    @Test
    void smallWorkWaitsForNobodyToWakeUntilItComesAgainAndAgain() {
        try (Workers workers = Workers.of(2)) {
            assertThat(workers.threadsFor(100, 51)).as("less than two threads' worth").isEqualTo(1);
            assertThat(workers.threadsFor(100, 50)).as("nobody is awake").isEqualTo(1);
            assertThat(workers.threadsFor(100_000, 50)).as("worth waking somebody").isEqualTo(2);
            int threads = 1;
            for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30); threads == 1 && System.nanoTime() < end; ) {
                threads = workers.threadsFor(100, 50);
            }
            assertThat(threads).as("after many wishes").isEqualTo(2);
        }
        assertThat(Workers.of(1).threadsFor(Long.MAX_VALUE, 1)).isEqualTo(1);
    }

    @Test
    void nestedWorkStaysOnItsThread() {
        try (Workers workers = Workers.of(4)) {
            workers.run(4, i -> {
                Thread outer = Thread.currentThread();
                workers.run(3, k -> assertThat(Thread.currentThread()).isSameAs(outer));
            });
        }
    }

    @Test
    void oneThreadIsTheCallers() {
        Workers workers = Workers.of(1);
        workers.run(3, i -> assertThat(Thread.currentThread().getName()).doesNotStartWith("sluice-worker"));
        assertThat(workers.threads()).isEqualTo(1);
    }

    @Test
    void manyCallersAtOnceAllGetTheirWorkDone() throws Exception {
        try (Workers workers = Workers.of(2); ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            AtomicInteger done = new AtomicInteger();
            for (int i = 0; i < 100; i++) {
                callers.submit(() -> workers.run(10, k -> done.incrementAndGet()));
            }
            callers.shutdown();
            assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            assertThat(done).hasValue(1000);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void anExceptionReachesTheCallerAndTheTeamGoesOn(int threads) {
        try (Workers workers = Workers.of(threads)) {
            AtomicInteger done = new AtomicInteger();
            assertThatThrownBy(() -> workers.run(6, i -> {
                if (i == 3) {
                    throw new IllegalArgumentException("task 3");
                }
                done.incrementAndGet();
            })).isInstanceOf(IllegalArgumentException.class).hasMessage("task 3");
            assertThat(done).hasValue(5);
            workers.run(2, i -> done.incrementAndGet());
            assertThat(done).hasValue(7);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 9, 10, 11, 100})
    void dividingCoversEverythingOnce(int size) {
        try (Workers workers = Workers.of(3)) {
            AtomicIntegerArray covered = new AtomicIntegerArray(size);
            Set<Integer> parts = ConcurrentHashMap.newKeySet();
            workers.divide(size, Math.clamp(size / 5, 1, 3), (from, to) -> {
                parts.add(from);
                for (int i = from; i < to; i++) {
                    covered.incrementAndGet(i);
                }
            });
            for (int i = 0; i < size; i++) {
                assertThat(covered.get(i)).isEqualTo(1);
            }
            assertThat(parts).hasSizeBetween(size < 10 ? 1 : 2, size < 10 ? 1 : 3);
        }
    }

    @Test
    void closedWorkersWorkOnTheCallersThread() {
        Workers workers = Workers.of(2);
        workers.close();
        Thread caller = Thread.currentThread();
        workers.run(3, i -> assertThat(Thread.currentThread()).isSameAs(caller));
    }

    @Test
    void threadsStartWhenThereIsWorkForThem() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Workers workers = Workers.of(4)) {
            assertThat(helpers(before)).isZero();
            workers.run(2, i -> { });
            assertThat(helpers(before)).isEqualTo(3);
        }
    }

    /** The helpers that were not there before. */
    private static long helpers(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("sluice-worker") && !before.contains(thread)).count();
    }

    @Test
    void theirNumberComesFromAProperty() {
        assertThat(Workers.configured().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThatThrownBy(() -> Workers.of(0)).hasMessage("workers: 0 threads; at least 1, the caller's own, and at most 1024 are required");
        try {
            System.setProperty("sluice.threads", "3");
            assertThat(Workers.configured().threads()).isEqualTo(3);
            System.setProperty("sluice.threads", "many");
            assertThatThrownBy(Workers::configured).hasMessage("workers: -Dsluice.threads=many; a whole number is required");
        } finally {
            System.clearProperty("sluice.threads");
        }
    }

    @Test
    void helpersHaveNothingOfTheThreadThatCameFirst() throws InterruptedException {
        InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (Workers workers = Workers.of(2)) {
            Thread first = new Thread(new ThreadGroup("an application's"), () -> {
                inherited.set("an application's");
                CountDownLatch both = new CountDownLatch(2);
                workers.together(2, (number, sides) -> {
                    Thread thread = Thread.currentThread();
                    if (thread.getName().startsWith("sluice-worker")) {
                        seen.add(thread.getContextClassLoader() + ", " + thread.getThreadGroup().getParent() + ", " + inherited.get() + ", " + thread.getPriority() + ", " + thread.isDaemon());
                    }
                    both.countDown();
                    await(both);
                });
            });
            first.setPriority(Thread.MIN_PRIORITY);
            first.start();
            first.join();
        }
        assertThat(seen).containsExactly("null, null, null, 5, true");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void helpersEndWhenThereIsNoWorkAndComeBackWhenThereIs() throws InterruptedException {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (Workers workers = Workers.of(3)) {
            for (int round = 0; round < 2; round++) {
                workers.together(3, (number, sides) -> assertThat(sides).isEqualTo(3));
                assertThat(helpers(before)).isEqualTo(2);
                while (helpers(before) > 0) { // however long it takes
                    Thread.sleep(50);
                }
            }
        }
    }

    @Test
    void aTaskThatInterruptsItsThreadInterruptsNoOther() {
        try (Workers workers = Workers.of(2)) {
            AtomicInteger interrupted = new AtomicInteger();
            for (int round = 0; round < 100; round++) {
                CountDownLatch both = new CountDownLatch(2);
                workers.together(2, (number, sides) -> {
                    both.countDown();
                    interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
                    await(both);
                    if (Thread.currentThread().getName().startsWith("sluice-worker")) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            assertThat(interrupted.get()).isZero();
        }
    }
}
