package dev.sluice.api;

/**
 * What a backend is given when it is opened.
 *
 * @param workers the threads it may use; it starts none of its own
 * @param backends the other backends, for one that leaves part of its work to another; it may ask while it is being opened, and does not find itself
 */
public record BackendContext(Workers workers, Backends backends) {}
