package dev.sluice.api.tensor;

import dev.sluice.api.Memory;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Function;

/** The memory that a tensor and its views share, with a version that every write raises, before and after. */
final class Storage {
    private static final AtomicLongFieldUpdater<Storage> WRITES = AtomicLongFieldUpdater.newUpdater(Storage.class, "writes");
    private static final int VERSION = 16; // its lowest bit; those below count the writers of now

    private final Memory.Block block;
    private final long floats;
    private volatile TensorScope home;
    int place; // its scope's own
    int uses; // of a gradient, in the backward pass that is its home
    private volatile Function<Tensor, String> released; // why it is no longer there, told to who uses it all the same
    private volatile long writes;

    private Storage(long floats, TensorScope home) {
        this.floats = floats;
        this.home = home;
        block = Memory.take(4 * floats);
        if (home != null) {
            home.own(this);
        }
    }

    /** Memory that is recycled when {@code home} closes; with no home, when it is released or found gone. */
    static Storage allocate(long floats, TensorScope home) {
        return new Storage(floats, home);
    }

    /** How many numbers it has room for. */
    long floats() {
        return floats;
    }

    /** The scope it is recycled with, or null. */
    TensorScope home() {
        return home;
    }

    /** From now on it is recycled with another scope; with null, when it is released or found gone. */
    synchronized void moveTo(TensorScope other) {
        if (home != null) {
            home.disown(this);
        }
        home = other;
        if (home != null) {
            home.own(this);
        }
    }

    /** What was read before is of this version or an earlier one. */
    int version() {
        VarHandle.acquireFence();
        return (int) (writes >>> VERSION);
    }

    boolean isBeingWritten() {
        return (writes & (1 << VERSION) - 1) != 0;
    }

    void beginWrite() {
        raise(1);
    }

    void endWrite() {
        raise(-1);
    }

    /** Raises the version for a write of which no end is told. */
    void written() {
        raise(0);
    }

    private void raise(int writers) {
        WRITES.getAndAdd(this, (1L << VERSION) + writers);
        VarHandle.storeStoreFence(); // what is written next is of the new version, whoever sees it
    }

    /** The memory, for {@code tensor}, whose shape the message names if it is gone. */
    Memory.Block block(Tensor tensor) {
        Function<Tensor, String> why = released;
        if (why != null) {
            throw new IllegalStateException("tensor: this one of shape " + tensor.shape() + " is used after " + why.apply(tensor));
        }
        return block;
    }

    boolean isReleased() {
        return released != null;
    }

    /** Recycles the memory; from now on using it says {@code why}. */
    synchronized void release(Function<Tensor, String> why) {
        if (released == null) {
            released = why;
            block.close();
            if (home != null) {
                home.disown(this);
            }
        }
    }
}
