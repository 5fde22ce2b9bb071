package dev.sluice.core.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/** All of a buffer or a segment, however large, piece by piece. */
final class Bytes {
    static final int PIECE = 1 << 16;

    private Bytes() {}

    interface Target<X extends Exception> {
        void accept(ByteBuffer piece) throws X;
    }

    static <X extends Exception> void inPieces(MemorySegment bytes, Target<X> target) throws X {
        for (long from = 0; from < bytes.byteSize(); from += PIECE) {
            target.accept(bytes.asSlice(from, Math.min(PIECE, bytes.byteSize() - from)).asByteBuffer());
        }
    }

    static void write(OutputStream out, MemorySegment bytes) throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE, bytes.byteSize())];
        for (long from = 0; from < bytes.byteSize(); from += piece.length) {
            int count = (int) Math.min(piece.length, bytes.byteSize() - from);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, piece, 0, count);
            out.write(piece, 0, count);
        }
    }
}
