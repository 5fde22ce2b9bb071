package dev.sluice.core.io;

import java.io.IOException;

/** A file that is not what it should be, or holds what is not read for safety's sake; the message begins with its name. */
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedFileException(String message) {
        super(message);
    }
}
