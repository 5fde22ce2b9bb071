package dev.sluice.backend.vector;

import java.util.concurrent.atomic.AtomicInteger;

/** Where threads that share each step of a recurrence wait for each other: some hundred nanoseconds apart, so they spin. */
final class Barrier {
    private static final int SPINS_BEFORE_YIELDING = 20_000;

    private final int parties;
    private final AtomicInteger arrived = new AtomicInteger();
    private volatile int round;
    private volatile boolean broken;

    Barrier(int parties) {
        this.parties = parties;
    }

    /** Returns when all have come; what each wrote before, all see afterwards. */
    void await() {
        if (parties == 1) {
            return;
        }
        int mine = round;
        if (arrived.incrementAndGet() == parties) {
            arrived.set(0);
            round = mine + 1;
            return;
        }
        for (int spins = 0; round == mine; spins++) {
            if (broken) {
                throw new IllegalStateException("lstm: another thread of this computation failed");
            }
            if (spins < SPINS_BEFORE_YIELDING) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Called by one that will not come again, so that the others do not wait for ever. */
    void fail() {
        broken = true;
    }
}
