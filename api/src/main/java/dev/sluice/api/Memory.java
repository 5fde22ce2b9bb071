package dev.sluice.api;

import java.lang.foreign.Arena;
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
 * when it is closed or, as a safety net, when the garbage collector finds its handle gone. The pool keeps what came back; {@link #limit}
 * bounds what it holds in all; without a limit, what the system gives does. The JVM's {@code -XX:MaxDirectMemorySize} does not count this memory.
 */
public final class Memory {
    private static final int ALIGNMENT = 64;
    private static final long MOST = 1L << 50; // no machine has more
    private static final int COLLECTIONS_BEFORE_GIVING_UP = 8;

    private static final List<ArrayDeque<Piece>> FREE = new ArrayList<>();
    private static final ReferenceQueue<Block> GONE = new ReferenceQueue<>();
    private static final Handle LIVE = new Handle(); // the head of a ring: a handle that nothing holds would never be found
    private static long inUse;
    private static long peak;
    private static long held;
    private static long limit = Long.MAX_VALUE;

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
            recycle((Handle) gone);
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

    /** From now on the pool takes no more than {@code bytes} from the system; what it holds already it keeps. */
    public static synchronized void limit(long bytes) {
        limit = bytes;
    }

    private static synchronized Block tryToTake(int size, boolean afterCollection) {
        while (FREE.size() <= size) {
            FREE.add(new ArrayDeque<>());
        }
        Piece piece = FREE.get(size).pollLast();
        if (piece == null) {
            long bytes = bytesOf(size);
            if (bytes > limit - held) {
                trim();
            }
            if (bytes > limit - held) {
                return null;
            }
            try {
                piece = Piece.allocate(size, bytes);
            } catch (OutOfMemoryError first) {
                trim();
                if (!afterCollection) {
                    return null;
                }
                try {
                    piece = Piece.allocate(size, bytes);
                } catch (OutOfMemoryError second) {
                    return null;
                }
            }
            held += bytes;
        }
        inUse += piece.segment.byteSize();
        peak = Math.max(peak, inUse);
        Block block = new Block(piece);
        block.handle.enter();
        return block;
    }

    private static synchronized void recycle(Handle handle) {
        if (handle.leave()) {
            inUse -= handle.piece.segment.byteSize();
            FREE.get(handle.piece.size).add(handle.piece);
        }
    }

    /** Gives every free piece back to the system. */
    private static void trim() {
        for (ArrayDeque<Piece> pieces : FREE) {
            for (Piece piece = pieces.pollLast(); piece != null; piece = pieces.pollLast()) {
                held -= piece.segment.byteSize();
                piece.arena.close();
            }
        }
    }

    /** The last resort: asks the collector to find tensors that nobody holds, and waits a little for what it finds. */
    private static void collect() {
        System.gc();
        boolean interrupted = Thread.interrupted();
        try {
            for (Reference<?> gone = GONE.remove(50); gone != null; gone = GONE.poll()) {
                recycle((Handle) gone);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static synchronized OutOfMemoryError exhausted(long bytes) {
        String bound = limit == Long.MAX_VALUE ? "the system" : "Memory.limit(" + limit + ")";
        return new OutOfMemoryError("memory: " + bytes + " bytes asked for; " + inUse + " bytes of tensors are in use and " + bound
                + " allows no more; raise that bound, or close a TensorScope around each step so that its tensors are recycled");
    }

    /** Four classes for each doubling, from 64 bytes: 64, 80, 96, 112, 128, 160 … */
    private static int sizeClass(long bytes) {
        if (bytes <= ALIGNMENT) {
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

    /** Memory from the system, in turn behind many blocks. */
    private record Piece(int size, Arena arena, MemorySegment segment) {
        static Piece allocate(int size, long bytes) {
            Arena arena = Arena.ofShared();
            try {
                return new Piece(size, arena, arena.allocate(bytes, ALIGNMENT));
            } catch (OutOfMemoryError e) {
                arena.close();
                throw e;
            }
        }
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
            segment = piece.segment;
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
