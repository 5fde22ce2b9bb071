package dev.sluice.core.io;

import java.util.zip.CRC32;

/** The sum that a zip archive keeps of a file in it; it is computed once, when the file is first used. */
final class Checksum {
    private final String entry;
    private final long from;
    private final long size;
    private final long expected;
    private boolean right;

    Checksum(String entry, long from, long size, long expected) {
        this.entry = entry;
        this.from = from;
        this.size = size;
        this.expected = expected;
    }

    synchronized void require(OpenFile file, String what) {
        if (!right) {
            CRC32 sum = new CRC32();
            file.use(what, bytes -> Bytes.inPieces(bytes.asSlice(from, size), sum::update));
            if (sum.getValue() != expected) {
                throw file.damaged(what, "the " + size + " bytes of " + entry + " are not those that were written: their checksum is " + hex(sum.getValue()) + ", the archive says "
                        + hex(expected) + "; copy or download the file again");
            }
            right = true;
        }
    }

    private static String hex(long sum) {
        return Long.toHexString(sum | 1L << 32).substring(1);
    }
}
