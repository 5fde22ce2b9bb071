package dev.sluice.core;

/** Which dimension of a padded batch comes first. */
public enum Layout {
    /** [batch, steps, ..] */
    BATCH_FIRST,
    /** [steps, batch, ..], PyTorch's default */
    SEQUENCE_FIRST
}
