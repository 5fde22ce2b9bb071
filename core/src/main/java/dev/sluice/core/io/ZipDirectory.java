package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files in a zip archive, by the directory at its end, and where they lie in it: those that are not compressed are used where they are. */
final class ZipDirectory {
    private static final int FILE = 0x04034b50, ENTRY = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
    private static final int FILE_SIZE = 30, ENTRY_SIZE = 46, END_SIZE = 22, END64_SIZE = 56, LOCATOR64_SIZE = 20, LONGEST_COMMENT = 0xffff;
    private static final long IN_ZIP64 = 0xffffffffL;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final OpenFile file;
    private final MemorySegment bytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long directory;

    /** A file of the archive. */
    record Entry(String name, int flags, int method, long checksum, long compressed, long size, long place) {}

    ZipDirectory(OpenFile file) throws DamagedFileException {
        this.file = file;
        bytes = file.bytes();
        read(end());
    }

    static boolean is(MemorySegment file) {
        return file.byteSize() > END_SIZE && file.get(DType.INT, 0) == FILE;
    }

    private long end() throws DamagedFileException {
        long last = bytes.byteSize() - END_SIZE;
        for (long at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
            if (bytes.get(DType.INT, at) == END && at + END_SIZE + number(at + 20, 2) == bytes.byteSize()) {
                return at;
            }
        }
        throw new DamagedFileException("it is no intact zip archive: the directory at its end is missing");
    }

    private void read(long end) throws DamagedFileException {
        long count = number(end + 10, 2), size = number(end + 12, 4), limit = end;
        directory = number(end + 16, 4);
        long locator = end - LOCATOR64_SIZE;
        if (locator >= 0 && bytes.get(DType.INT, locator) == LOCATOR64) {
            long end64 = number(locator + 8, 8);
            if (end64 < 0 || end64 > locator - END64_SIZE || bytes.get(DType.INT, end64) != END64) {
                throw wrong("the larger form of its directory's end is not at " + end64);
            }
            count = number(end64 + 32, 8);
            size = number(end64 + 40, 8);
            directory = number(end64 + 48, 8);
            limit = end64;
        }
        if (directory < 0 || size < 0 || directory > limit || size > limit - directory || count < 0 || count > size / ENTRY_SIZE) {
            throw wrong("its directory of " + count + " files is said to have " + size + " bytes from " + directory + " on, of " + bytes.byteSize());
        }
        long at = directory;
        for (long i = 0; i < count; i++) {
            at = entry(at, directory + size);
        }
    }

    /** Returns where the next one is. */
    private long entry(long at, long limit) throws DamagedFileException {
        if (limit - at < ENTRY_SIZE || bytes.get(DType.INT, at) != ENTRY) {
            throw wrong("its directory is damaged at byte " + at);
        }
        long name = number(at + 28, 2), extra = number(at + 30, 2), next = at + ENTRY_SIZE + name + extra + number(at + 32, 2);
        if (next > limit) {
            throw wrong("its directory is damaged at byte " + at);
        }
        long[] places = {number(at + 24, 4), number(at + 20, 4), number(at + 42, 4)}; // size, compressed size, place: as zip64 has them
        inZip64(places, at + ENTRY_SIZE + name, extra);
        String text = new String(bytes.asSlice(at + ENTRY_SIZE, name).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        Entry entry = new Entry(text, (int) number(at + 8, 2), (int) number(at + 10, 2), number(at + 16, 4), places[1], places[0], places[2]);
        if (entries.put(text, entry) != null) {
            throw new DamagedFileException("its zip archive has " + text + " twice");
        }
        return next;
    }

    private void inZip64(long[] places, long from, long extra) throws DamagedFileException {
        for (long at = from; at + 4 <= from + extra; at += 4 + number(at + 2, 2)) {
            if (number(at, 2) == 1) {
                long next = at + 4, end = Math.min(from + extra, next + number(at + 2, 2));
                for (int i = 0; i < places.length; i++) {
                    if (places[i] == IN_ZIP64 && next + 8 <= end) {
                        places[i] = number(next, 8);
                        next += 8;
                    }
                }
                return;
            }
        }
    }

    private long number(long at, int size) {
        return switch (size) {
            case 2 -> bytes.get(SHORT, at) & 0xffff;
            case 4 -> bytes.get(DType.INT, at) & 0xffffffffL;
            default -> bytes.get(DType.LONG, at);
        };
    }

    private static DamagedFileException wrong(String what) {
        return new DamagedFileException("it is no intact zip archive: " + what);
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /** The bytes of a file of the archive, where they lie. */
    Elements.InFile bytes(String name) throws DamagedFileException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new DamagedFileException("its zip archive lacks " + name);
        }
        if (entry.method != 0 || (entry.flags & 1) != 0 || entry.size != entry.compressed || entry.size < 0 || entry.size > bytes.byteSize()) {
            throw new DamagedFileException(name + " is compressed or encrypted, or said to have " + entry.size + " bytes of a file of " + bytes.byteSize() + "; PyTorch compresses nothing, and "
                    + "neither is read; pack it again without compression (zip -0)");
        }
        long header = entry.place;
        if (header < 0 || header > directory - FILE_SIZE || bytes.get(DType.INT, header) != FILE) {
            throw wrong(name + " is said to be at byte " + header + ", where no file is");
        }
        long from = header + FILE_SIZE + number(header + 26, 2) + number(header + 28, 2);
        if (entry.size > directory - from) {
            throw wrong(name + " is said to have " + entry.size + " bytes from " + from + " on, where " + Math.max(0, directory - from) + " are");
        }
        return new Elements.InFile(file, from, entry.size, entry.checksum == 0 ? null : new Checksum(name, from, entry.size, entry.checksum));
    }
}
