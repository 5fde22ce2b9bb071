package dev.sluice.core.io;

import java.io.IOException;
import java.util.Arrays;

/** A file that is not what it should be, or holds what is not read for safety's sake; the message begins with its name. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedFileException(String message) {
        super(message);
    }

    /** The bytes of a tensor of these sizes, none of which is negative. */
    static long product(String name, long[] sizes, int bytes) throws DamagedFileException {
        long product = bytes;
        boolean none = Arrays.stream(sizes).anyMatch(size -> size == 0);
        for (long size : sizes) {
            long high = Math.multiplyHigh(product, size);
            if (high != 0 || product * size < 0) {
                if (none) {
                    return 0;
                }
                throw new DamagedFileException("tensor \"" + name + "\" has the shape " + Arrays.toString(sizes) + ", which is more than any file can hold");
            }
            product *= size;
        }
        return product;
    }
}
