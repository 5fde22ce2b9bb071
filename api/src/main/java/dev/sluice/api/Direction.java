package dev.sluice.api;

/** Which way a layer reads its sequences: each from its first step, or each from its own last one. */
public enum Direction {
    FORWARD,
    REVERSE
}
