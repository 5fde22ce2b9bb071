package dev.sluice.api;

import java.lang.foreign.MemorySegment;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool of native memory: every tensor and every kernel's scratch is a block of it, aligned to 64 bytes.
 *
 * <p>Blocks are recycled by size, because a fresh one costs far more than its use (zeroing, bookkeeping in the JVM). A block comes back
 * when it is closed or, as a safety net, when the garbage collector finds its handle gone. The collector does not feel native memory, so it is asked to
 * look whenever as much again is in use as it left the last time, from 128 MiB on. What came back is kept, as long as the pool holds no more than twice
 * the most that was in use at once; beyond that the largest pieces go back to the system. {@link #trim} gives back all that is free.
 *
 * <p>What it holds in all is bounded by {@link #limit} or by {@code -Dsluice.memory=BYTES} ({@code 512m}, {@code 4g}) or, with neither, by half of what the
 * largest Java heap leaves of the machine's memory, or of the container's. The JVM's {@code -XX:MaxDirectMemorySize} does not count this memory.
 */
public final class Memory {
    private static final long MOST = 1L << 50; // no machine has more
    private static final int COLLECTIONS_BEFORE_GIVING_UP = 8;

    /** So much is kept whatever was in use, and asked of no bound but one that was set. */
    private static final long LITTLE = 16 << 20;

    /** In less than this nobody looks for what was forgotten. */
    private static final long WORTH_COLLECTING = 128 << 20;

    private static final List<ArrayDeque<Piece>> FREE = new ArrayList<>();
    private static final ReferenceQueue<Block> GONE = new ReferenceQueue<>();
    private static final Handle LIVE = new Handle(); // the head of a ring: a handle that nothing holds would never be found
    private static final Collector COLLECTOR = new Collector();
    private static long inUse;
    private static long peak;
    private static long held;
    private static MemoryBound bound; // null until there is a need to ask for it, which takes long
    private static long left; // in use after the last collection

    private Memory() {}

    /**
     * A block of at least {@code bytes} bytes with arbitrary content.
     *
     * @throws OutOfMemoryError naming what was asked for, what is in use, and the bound
     */
    public static Block take(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("memory: " + bytes + " bytes asked for; a block has 0 bytes or more");
        }
        for (Reference<?> gone = GONE.poll(); gone != null; gone = GONE.poll()) {
            recycleGone(gone);
        }
        if (bytes > MOST) {
            throw exhausted(bytes);
        }
        int size = sizeClass(bytes);
        for (int attempt = 0; ; attempt++) {
            Block block = tryToTake(size, attempt > 0);
            if (block != null) {
                return block;
            }
            if (attempt == COLLECTIONS_BEFORE_GIVING_UP) {
                throw exhausted(bytes);
            }
            collect();
        }
    }

    /** Bytes in blocks that are in use now. */
    public static synchronized long bytesInUse() {
        return inUse;
    }

    /** The most bytes that have been in use at once. */
    public static synchronized long peakBytesInUse() {
        return peak;
    }

    /** Bytes taken from the system: in use, or waiting to be used again. */
    public static synchronized long bytesHeld() {
        return held;
    }

    /** The most bytes that the pool takes from the system. */
    public static synchronized long limit() {
        bound = bound == null ? MemoryBound.configured() : bound;
        return bound.bytes();
    }

    /** From now on the pool holds no more than {@code bytes}; what is in use already stays, and what is free goes back to the system. */
    public static void limit(long bytes) {
        MemoryBound given = MemoryBound.of(bytes);
        synchronized (Memory.class) {
            bound = given;
        }
        shrink(bytes);
    }

    /**
     * Gives all memory that is free back to the system.
     *
     * @return how many bytes
     */
    public static long trim() {
        return shrink(0);
    }

    private static long shrink(long most) {
        List<Piece> surplus;
        synchronized (Memory.class) {
            surplus = surplus(most);
        }
        surplus.forEach(Piece::close);
        return surplus.stream().mapToLong(Piece::bytes).sum();
    }

    /**
     * A block in a free piece or in a new one; null when there is no room for that, or it is time to look for what was forgotten.
     *
     * @param hasLooked whether somebody just did
     */
    private static Block tryToTake(int size, boolean hasLooked) {
        long bytes = bytesOf(size);
        List<Piece> surplus;
        boolean room;
        synchronized (Memory.class) {
            while (FREE.size() <= size) {
                FREE.add(new ArrayDeque<>());
            }
            Piece free = FREE.get(size).pollLast();
            if (free != null) {
                return use(free);
            }
            long most = bound == null && held + bytes <= LITTLE && MemoryBound.isUnset() ? LITTLE : limit();
            if (!hasLooked && isTimeToCollect(inUse + bytes)) {
                return null;
            }
            surplus = surplus(Math.min(most, Math.max(LITTLE, 2 * Math.max(peak, inUse + bytes))) - bytes);
            room = bytes <= most - held;
            held += room ? bytes : 0;
        }
        surplus.forEach(Piece::close);
        Piece fresh = room ? Piece.allocate(size, bytes) : null;
        if (room && fresh == null) {
            trim();
        }
        synchronized (Memory.class) {
            held -= room && fresh == null ? bytes : 0;
            return fresh == null ? null : use(fresh);
        }
    }

    private static boolean isTimeToCollect(long willBeInUse) {
        return willBeInUse > LITTLE && willBeInUse > Math.max(2 * left, Math.min(WORTH_COLLECTING, limit() / 2));
    }

    private static Block use(Piece piece) {
        inUse += piece.bytes();
        peak = Math.max(peak, inUse);
        Block block = new Block(piece);
        block.handle.enter();
        return block;
    }

    private static synchronized void recycle(Handle handle) {
        if (handle.leave()) {
            inUse -= handle.piece.bytes();
            FREE.get(handle.piece.size()).add(handle.piece);
        }
    }

    /** As {@link #recycle}, for what was forgotten: perhaps only now, though it was found by the last collection. */
    private static synchronized void recycleGone(Reference<?> gone) {
        long before = inUse;
        recycle((Handle) gone);
        left = Math.max(0, left - (before - inUse));
    }

    /** Takes free pieces out, the largest first, until the pool holds no more than {@code most}; they are to be closed, which takes long. */
    private static List<Piece> surplus(long most) {
        List<Piece> surplus = new ArrayList<>();
        for (int size = FREE.size() - 1; size >= 0 && held > most; size--) {
            for (Piece piece = FREE.get(size).pollFirst(); piece != null; piece = held > most ? FREE.get(size).pollFirst() : null) {
                held -= piece.bytes();
                surplus.add(piece);
            }
        }
        return surplus;
    }

    /** The last resort: asks the collector to find tensors that nobody holds, and waits a little for what it finds. */
    private static void collect() {
        COLLECTOR.collect(GONE, Memory::recycleGone);
        synchronized (Memory.class) {
            left = inUse;
        }
    }

    private static synchronized OutOfMemoryError exhausted(long bytes) {
        String by = bytes > limit() - inUse ? bound.origin() : "the system";
        return new OutOfMemoryError("memory: " + bytes + " bytes asked for; " + inUse + " bytes of tensors are in use and " + by + " allows no more; raise that bound, or keep less at "
                + "once: smaller batches, a TensorScope around each step" + (COLLECTOR.isHeard() ? "" : "; System.gc() changes nothing in this JVM, so that what nobody holds may not "
                + "have been found: start it without -XX:+DisableExplicitGC"));
    }

    /** Four classes for each doubling, from 64 bytes: 64, 80, 96, 112, 128, 160 … */
    private static int sizeClass(long bytes) {
        if (bytes <= Piece.ALIGNMENT) {
            return 0;
        }
        int doubling = 63 - Long.numberOfLeadingZeros(bytes - 1);
        long quarter = (bytes - 1 - (1L << doubling)) >> (doubling - 2);
        return (doubling - 6) * 4 + (int) quarter + 1;
    }

    private static long bytesOf(int sizeClass) {
        int doubling = sizeClass / 4 + 6;
        return (4L + sizeClass % 4) << (doubling - 2);
    }

    private static final class Handle extends PhantomReference<Block> {
        final Piece piece;
        private Handle previous = this, next = this;

        Handle(Block block, Piece piece) {
            super(block, GONE);
            this.piece = piece;
        }

        /** The head. */
        private Handle() {
            this(null, null);
        }

        /** Takes its place among those alive. */
        void enter() {
            previous = LIVE.previous;
            next = LIVE;
            previous.next = this;
            next.previous = this;
        }

        /** Gives its place up; false if it had none. */
        boolean leave() {
            if (next == this) {
                return false;
            }
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
            return true;
        }
    }

    /** Native memory with one user at a time. Closing it makes the memory available to the next {@link #take}. */
    public static final class Block implements AutoCloseable {
        private final Handle handle;
        private MemorySegment segment;

        private Block(Piece piece) {
            handle = new Handle(this, piece);
            segment = piece.segment();
        }

        /**
         * The memory, all of it.
         *
         * @throws IllegalStateException when the block has been closed
         */
        public MemorySegment segment() {
            MemorySegment open = segment;
            if (open == null) {
                throw new IllegalStateException("memory: this block has been recycled; its owner was closed while it was still in use");
            }
            return open;
        }

        public boolean isClosed() {
            return segment == null;
        }

        /** Recycles the memory; closing again does nothing. Nobody may be using it. */
        @Override
        public void close() {
            segment = null;
            recycle(handle);
        }
    }
}
