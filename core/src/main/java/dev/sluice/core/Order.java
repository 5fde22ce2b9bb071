package dev.sluice.core;

/** What order sequences must be given in. */
public enum Order {
    /** Any; packing sorts them, and everything that comes back is in the order given. */
    ANY,
    /** Longest first; anything else is rejected. */
    DECREASING
}
