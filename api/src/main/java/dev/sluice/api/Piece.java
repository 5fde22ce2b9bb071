package dev.sluice.api;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory from the system, in turn behind many blocks. */
record Piece(int size, Arena arena, MemorySegment segment) {
    static final int ALIGNMENT = 64;

    /** A piece of a size class of {@code bytes}; null when the system has no more. */
    static Piece allocate(int size, long bytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment segment = arena.allocate(bytes, ALIGNMENT);
            Unloading.freesUnlessClosed(arena);
            return new Piece(size, arena, segment);
        } catch (OutOfMemoryError e) {
            arena.close();
            return null;
        }
    }

    long bytes() {
        return segment.byteSize();
    }

    /** Gives it back to the system. */
    void close() {
        Unloading.isClosed(arena);
        arena.close();
    }
}
