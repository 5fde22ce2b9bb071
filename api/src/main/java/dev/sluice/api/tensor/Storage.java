package dev.sluice.api.tensor;

import dev.sluice.api.Memory;

/** The memory that a tensor and its views share, with a version that every write raises. */
final class Storage {
    private final Memory.Block block;
    private TensorScope home;
    int place; // its scope's own
    private volatile String released;
    private volatile int version;

    private Storage(long floats, TensorScope home) {
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

    /** The scope it is recycled with, or null. */
    synchronized TensorScope home() {
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

    int version() {
        return version;
    }

    void written() {
        version++;
    }

    /** The memory, for {@code tensor}, whose shape the message names if it is gone. */
    Memory.Block block(Tensor tensor) {
        String why = released;
        if (why != null) {
            throw new IllegalStateException("tensor: this one of shape " + tensor.shape() + " is used after " + why);
        }
        return block;
    }

    boolean isReleased() {
        return released != null;
    }

    /** Recycles the memory; from now on using it says {@code why}. */
    synchronized void release(String why) {
        if (released == null) {
            released = why;
            block.close();
            if (home != null) {
                home.disown(this);
            }
        }
    }
}
