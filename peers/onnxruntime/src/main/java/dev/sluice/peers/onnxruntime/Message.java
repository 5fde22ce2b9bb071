package dev.sluice.peers.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A message in the format of Protocol Buffers, field after field; the two kinds of field that an ONNX model needs. */
final class Message {
    private static final int VARINT = 0, LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message with(int field, long value) {
        varint((long) field << 3 | VARINT);
        varint(value);
        return this;
    }

    Message with(int field, byte... value) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    Message with(int field, String value) {
        return with(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message with(int field, Message value) {
        return with(field, value.bytes());
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** Seven bits a byte, the lowest first; a negative number takes ten. */
    private void varint(long value) {
        long rest = value;
        for (; (rest & ~0x7f) != 0; rest >>>= 7) {
            out.write((int) (rest & 0x7f | 0x80));
        }
        out.write((int) rest);
    }
}
