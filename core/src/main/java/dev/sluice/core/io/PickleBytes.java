package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The numbers and texts that follow the codes of pickles. */
final class PickleBytes {
    private static final int LONGEST_TEXT = 1 << 28, LONGEST_LINE = 1 << 16, LARGEST_NUMBER = 1 << 10;

    private final MemorySegment bytes;
    private long position;

    PickleBytes(MemorySegment bytes, long position) {
        this.bytes = bytes;
        this.position = position;
    }

    /** Where the next byte is. */
    long position() {
        return position;
    }

    int octet() throws DamagedFileException {
        return take(1).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    }

    /** The next bytes. */
    MemorySegment take(long count) throws DamagedFileException {
        if (count < 0 || count > bytes.byteSize() - position) {
            throw new DamagedFileException("its pickle ends in the middle: " + Long.toUnsignedString(count) + " bytes are to follow byte " + position + " of " + bytes.byteSize());
        }
        MemorySegment taken = bytes.asSlice(position, count);
        position += count;
        return taken;
    }

    /** A number of so many bytes, little-endian, without sign. */
    long number(int size) throws DamagedFileException {
        MemorySegment taken = take(size);
        long number = 0;
        for (int i = size - 1; i >= 0; i--) {
            number = number << 8 | taken.get(ValueLayout.JAVA_BYTE, i) & 0xff;
        }
        return number;
    }

    /** A number of so many bytes, little-endian, in two's complement: a Long, a BigInteger, or something that stands for it. */
    Object large(long size) throws DamagedFileException {
        MemorySegment taken = take(size);
        if (size > LARGEST_NUMBER) {
            return new Pickled.Foreign("int", List.of());
        }
        byte[] digits = new byte[(int) size];
        for (int i = 0; i < size; i++) {
            digits[i] = taken.get(ValueLayout.JAVA_BYTE, size - 1 - i);
        }
        return small(size == 0 ? BigInteger.ZERO : new BigInteger(digits));
    }

    private static Object small(BigInteger number) {
        return number.bitLength() < 64 ? (Object) number.longValue() : number;
    }

    /** UTF-8, or something that stands for a text that is too long to be a name or a value that somebody asks for. */
    Object text(long size) throws DamagedFileException {
        MemorySegment letters = take(size);
        return size > LONGEST_TEXT ? new Pickled.Foreign("str", List.of()) : new String(letters.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    String line() throws DamagedFileException {
        long end = position;
        while (end < bytes.byteSize() && bytes.get(ValueLayout.JAVA_BYTE, end) != '\n') {
            end++;
        }
        if (end - position > LONGEST_LINE) {
            throw new DamagedFileException("its pickle has a line of more than " + LONGEST_LINE + " letters");
        }
        String line = new String(take(end - position).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        take(1);
        return line;
    }

    /** A whole number in decimal, with an L at its end perhaps, or what protocol 1 writes for a truth. */
    Object decimal() throws DamagedFileException {
        String line = line(), digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
        if (line.equals("00") || line.equals("01")) {
            return line.equals("01");
        }
        try {
            return digits.length() > LARGEST_NUMBER ? new Pickled.Foreign("int", List.of()) : small(new BigInteger(digits));
        } catch (NumberFormatException e) {
            throw noNumber(line);
        }
    }

    double fraction() throws DamagedFileException {
        String line = line();
        try {
            return switch (line) {
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                case "nan" -> Double.NaN;
                default -> Double.parseDouble(line);
            };
        } catch (NumberFormatException e) {
            throw noNumber(line);
        }
    }

    private static DamagedFileException noNumber(String line) {
        return new DamagedFileException("its pickle has \"" + TensorFile.shortened(line) + "\" where a number is required");
    }
}
