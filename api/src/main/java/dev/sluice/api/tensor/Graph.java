package dev.sluice.api.tensor;

/** What becomes of the recorded operations after a backward pass. */
public enum Graph {
    /** Their saved tensors are recycled; another backward through them is refused. */
    RELEASE,
    /** They can be used again. */
    KEEP
}
