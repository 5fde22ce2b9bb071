package dev.sluice.api;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.function.Consumer;

/** Asks the garbage collector to find what nobody holds. */
final class Collector {
    /** How long the JVM may take to hand over what a collection found, on a busy machine. */
    private static final long PATIENCE_MILLIS = 5_000;

    /** No collection is so short, so asking for one did nothing. */
    private static final long NO_COLLECTION_NANOS = 200_000;

    private static final int GARBAGE = 1 << 16;

    private volatile long collections;
    private volatile boolean heard = true;
    private boolean garbageHelps = true;
    private byte[] garbage;

    /** Whether {@link System#gc} did something when it was last called: under {@code -XX:+DisableExplicitGC} it does not. */
    boolean isHeard() {
        return heard;
    }

    /**
     * Has the collector look, unless another thread has just done so, and hands over what it found.
     *
     * @param gone where references to it arrive
     */
    <T> void collect(ReferenceQueue<T> gone, Consumer<Reference<? extends T>> found) {
        boolean interrupted = Thread.interrupted();
        long seen = collections;
        synchronized (this) {
            try {
                if (collections == seen) {
                    findsSomething();
                    collections++;
                }
                for (Reference<? extends T> reference = gone.remove(1); reference != null; reference = gone.poll()) {
                    found.accept(reference);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A collection; where asking for one changes nothing, garbage until one comes by itself, unless that does not help either: ZGC rarely looks at what is found here. */
    private void findsSomething() throws InterruptedException {
        ReferenceQueue<Object> probes = new ReferenceQueue<>();
        Reference<Object> probe = new PhantomReference<>(new Object(), probes);
        long begin = System.nanoTime();
        System.gc();
        heard = System.nanoTime() - begin > NO_COLLECTION_NANOS && probes.remove(PATIENCE_MILLIS) != null;
        if (!heard && garbageHelps) {
            garbageHelps = false;
            for (long bytes = 0; !garbageHelps && bytes < Runtime.getRuntime().maxMemory(); bytes += GARBAGE) {
                garbage = new byte[GARBAGE];
                garbageHelps = probes.poll() != null;
            }
            garbage = null;
        }
        Reference.reachabilityFence(probe);
    }
}
