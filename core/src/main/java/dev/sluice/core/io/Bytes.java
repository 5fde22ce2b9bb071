package dev.sluice.core.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** All of a buffer or a segment, however large, into a channel. */
final class Bytes {
    private static final long PIECE = 1 << 24;

    private Bytes() {}

    interface Target<X extends Exception> {
        void accept(ByteBuffer piece) throws X;
    }

    static <X extends Exception> void inPieces(MemorySegment bytes, Target<X> target) throws X {
        for (long from = 0; from < bytes.byteSize(); from += PIECE) {
            target.accept(bytes.asSlice(from, Math.min(PIECE, bytes.byteSize() - from)).asByteBuffer());
        }
    }

    static void write(WritableByteChannel channel, MemorySegment bytes) throws IOException {
        inPieces(bytes, piece -> write(channel, piece));
    }

    static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
