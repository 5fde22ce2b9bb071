package dev.sluice.core.io;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes the codes of pickle's protocol 2 that a state dictionary needs; {@link Unpickler} reads them. */
final class Pickler {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickler code(int... codes) {
        for (int code : codes) {
            bytes.write(code);
        }
        return this;
    }

    Pickler text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        code('X', utf8.length, utf8.length >> 8, utf8.length >> 16, utf8.length >> 24);
        bytes.writeBytes(utf8);
        return this;
    }

    Pickler global(String module, String name) {
        bytes.write('c');
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    Pickler emptyDictionary() {
        return global("collections", "OrderedDict").code(')', 'R');
    }

    /** LONG1 of eight bytes. */
    Pickler number(long number) {
        code(0x8a, 8);
        for (int i = 0; i < 8; i++) {
            bytes.write((int) (number >> 8 * i));
        }
        return this;
    }

    Pickler tuple(long[] numbers) {
        code('(');
        for (long number : numbers) {
            number(number);
        }
        return code('t');
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
