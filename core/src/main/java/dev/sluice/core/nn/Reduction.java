package dev.sluice.core.nn;

/** What a loss makes of those of its elements or rows. */
public enum Reduction {
    /** [], their mean. */
    MEAN,
    /** [], their sum. */
    SUM,
    /** Each as it is. */
    NONE
}
