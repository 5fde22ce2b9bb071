package dev.sluice.core.train;

/** What changes an optimizer's learning rate as training goes on. */
public interface Schedule {
    /** To be called after each epoch (or each step, if the schedule counts those). */
    void step();
}
