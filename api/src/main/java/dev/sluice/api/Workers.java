package dev.sluice.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The threads that share one piece of work: the caller's own and {@code threads − 1} daemons beside it.
 *
 * <p>There is one team, and it works for one caller at a time. Whoever asks while it is busy, or from inside a task, does the work on
 * the thread it is on; so nothing waits for anything but its own work, and nothing can deadlock. What is computed never depends on which
 * thread computes it. For a millisecond after work they wait for more with open eyes; then they sleep, and after five seconds without work they
 * end, until there is some. Of the thread that came first they have nothing: neither its context class loader nor its group, priority or inheritable values.
 */
public final class Workers implements AutoCloseable {
    private static final int SPINS_BEFORE_YIELDING = 5_000;

    /** How many times what is worth a thread that is awake is worth waking one: some tens of microseconds of work. */
    private static final int WORTH_WAKING = 32;

    /** Work that comes again so soon will come once more. */
    private static final long SOON_NANOS = 1_000_000;

    /** A thread that goes on keeps the class loader of this library, so that of an application which is no longer there. */
    private static final int IDLE_SECONDS = 5;

    private static final int MOST_THREADS = 1_024;

    private final Thread[] helpers;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicInteger awake = new AtomicInteger(); // helpers that look for work
    private volatile long lastWish = System.nanoTime() - SOON_NANOS; // when sleeping helpers were last missed
    private volatile Job job;
    private volatile boolean closed;

    private Workers(int threads) {
        helpers = new Thread[threads - 1];
    }

    /** A team of {@code threads}, the caller's included, which start when there is work for them; 1 never starts any. */
    public static Workers of(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("workers: " + threads + " threads; at least 1, the caller's own, and at most " + MOST_THREADS + " are required");
        }
        return new Workers(threads);
    }

    /** As many threads as {@code -Dsluice.threads} says or, without it, as there are processors. */
    public static Workers configured() {
        String threads = System.getProperty("sluice.threads", "").strip();
        if (threads.isEmpty()) {
            return of(Runtime.getRuntime().availableProcessors());
        }
        try {
            return of(Integer.parseInt(threads));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("workers: -Dsluice.threads=" + threads + "; a whole number is required", e);
        }
    }

    public int threads() {
        return helpers.length + 1;
    }

    /** For descriptions of backends: {@code 1 thread}, {@code 2 threads}. */
    @Override
    public String toString() {
        return threads() + (threads() == 1 ? " thread" : " threads");
    }

    /**
     * Runs {@code task} for 0, 1, … {@code tasks − 1}, each once, in any order and on any thread; returns when all are done. When tasks
     * throw, the others still run, and the first exception is thrown here.
     */
    public void run(int tasks, IntConsumer task) {
        Job job = new Job(tasks, task);
        if (tasks < 2 || !share(job)) {
            job.work();
        }
        job.rethrow();
    }

    /**
     * Runs {@code side} for 0, 1, … {@code most − 1} at the same time, each on a thread of its own, so that they may wait for each other; returns
     * when all are done. There are fewer sides when the team is smaller, and only one, on the caller's thread, while it is busy: each is told
     * how many there are.
     */
    public void together(int most, Side side) {
        int sides = Math.min(most, threads());
        Job job = new Job(sides, i -> side.run(i, sides));
        if (sides < 2 || !share(job)) {
            side.run(0, 1);
            return;
        }
        job.rethrow();
    }

    /** One of several that work at the same time. */
    @FunctionalInterface
    public interface Side {
        void run(int number, int sides);
    }

    /** Works on the job with the whole team until it is done; false if the team is busy or there is none. */
    private boolean share(Job shared) {
        if (helpers.length == 0 || !busy.compareAndSet(false, true)) {
            return false;
        }
        try {
            job = shared;
            start();
            for (int i = 0; i < Math.min(helpers.length, shared.tasks - 1); i++) {
                LockSupport.unpark(helpers[i]);
            }
            shared.work();
            shared.await();
        } finally {
            job = null;
            busy.set(false);
        }
        return true;
    }

    /**
     * How many threads to share out {@code work} over, in any unit, when less than {@code minimum} of it is not worth a thread that is awake. One that
     * sleeps takes far longer to begin, so while the others sleep the answer is 1 for all but large work; asked again and again, they wake up.
     */
    public int threadsFor(long work, long minimum) {
        int threads = Math.clamp(work / Math.max(1, minimum), 1, threads());
        if (threads == 1 || awake.get() > 0 || work / Math.max(1, minimum) >= WORTH_WAKING) {
            return threads;
        }
        long now = System.nanoTime();
        if (now - lastWish < SOON_NANOS) {
            start();
            LockSupport.unpark(helpers[0]);
        }
        lastWish = now;
        return 1;
    }

    /**
     * Cuts 0 … {@code size} into consecutive parts, as many as {@link #threadsFor} says, and runs {@code part} on all of them. A size below twice the
     * minimum stays on the caller's thread.
     */
    public void split(int size, int minimum, Part part) {
        divide(size, threadsFor(size, minimum), part);
    }

    /** Cuts 0 … {@code size} into so many consecutive parts, and runs {@code part} on all of them. */
    public void divide(int size, int parts, Part part) {
        if (parts == 1) {
            part.run(0, size);
        } else {
            run(parts, i -> part.run((int) ((long) size * i / parts), (int) ((long) size * (i + 1) / parts)));
        }
    }

    /** Work on the elements {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface Part {
        void run(int from, int to);
    }

    /** Ends the threads when they have done what they are doing. Work asked for afterwards runs on the caller's. Not to be called from a task. */
    @Override
    public void close() {
        while (!closed && !busy.compareAndSet(false, true)) { // and it stays busy for ever
            Thread.onSpinWait();
        }
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper); // null is nobody
        }
    }

    /** Starts the helpers that are not there. */
    private synchronized void start() {
        for (int i = 0; i < helpers.length && !closed; i++) {
            if (helpers[i] == null) {
                int number = i;
                helpers[i] = Thread.ofPlatform().group(topGroup()).daemon().priority(Thread.NORM_PRIORITY).inheritInheritableThreadLocals(false).name("sluice-worker-" + (i + 1))
                        .unstarted(() -> help(number));
                helpers[i].setContextClassLoader(null);
                helpers[i].start();
            }
        }
    }

    private static ThreadGroup topGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        while (group.getParent() != null) {
            group = group.getParent();
        }
        return group;
    }

    private void help(int number) {
        Job last = null;
        Patience patience = new Patience();
        awake.incrementAndGet();
        while (!closed) {
            Job current = job;
            if (current != null && current != last) {
                current.work();
                Thread.interrupted(); // by a task; the next is not meant, and sleep would end at once
                last = current;
                patience = new Patience();
            } else if (!patience.waited()) {
                last = null;
                awake.decrementAndGet();
                long begin = System.nanoTime();
                LockSupport.parkNanos(this, TimeUnit.SECONDS.toNanos(IDLE_SECONDS));
                if (System.nanoTime() - begin >= TimeUnit.SECONDS.toNanos(IDLE_SECONDS) && leaves(number)) {
                    return;
                }
                awake.incrementAndGet();
                patience = new Patience();
            }
        }
        awake.decrementAndGet();
    }

    /** Ends the helper, unless there is work: who brings some looks afterwards whether all are there. */
    private synchronized boolean leaves(int number) {
        boolean idle = job == null;
        helpers[number] = idle ? null : helpers[number];
        return idle;
    }

    /** A wait with open eyes for what will come soon, because to fall asleep and to be woken takes longer than most work: first spinning, then letting others run. */
    private static final class Patience {
        private final long begin = System.nanoTime();
        private int waits;

        /** Waits for a moment; false, without a wait, when it has lasted long enough to sleep instead. */
        boolean waited() {
            if (++waits < SPINS_BEFORE_YIELDING) {
                Thread.onSpinWait();
                return true;
            }
            boolean soon = System.nanoTime() - begin < SOON_NANOS;
            if (soon) {
                Thread.yield();
            }
            return soon;
        }
    }

    private static final class Job {
        private final int tasks;
        private final IntConsumer task;
        private final Thread caller = Thread.currentThread();
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile Throwable failure;

        Job(int tasks, IntConsumer task) {
            this.tasks = tasks;
            this.task = task;
        }

        void work() {
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                try {
                    task.accept(i);
                } catch (Throwable t) {
                    failure = failure == null ? t : failure;
                }
                if (done.incrementAndGet() == tasks) {
                    LockSupport.unpark(caller);
                }
            }
        }

        void await() {
            for (Patience patience = new Patience(); done.get() < tasks; ) {
                if (!patience.waited()) {
                    LockSupport.park(this);
                }
            }
        }

        void rethrow() {
            switch (failure) {
                case null -> { }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable t -> throw new IllegalStateException(t);
            }
        }
    }
}
