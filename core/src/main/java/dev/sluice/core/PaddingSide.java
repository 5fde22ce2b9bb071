package dev.sluice.core;

/** On which side of a sequence its padding is. */
public enum PaddingSide {
    /** Behind its last step. */
    RIGHT,
    /** Before its first step, so that all sequences end together. */
    LEFT
}
