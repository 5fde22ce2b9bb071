package dev.sluice.api;

/**
 * What a backend is given when it is opened.
 *
 * @param workers the threads it may use; it starts none of its own
 * @param backends the other backends, for one that leaves part of its work to another; ask when needed, not while opening by priority
 */
public record BackendContext(Workers workers, Backends backends) {}
