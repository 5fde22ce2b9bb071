package dev.sluice.examples.report;

/**
 * What a library costs before it is fast, round by round.
 *
 * @param by the library
 * @param shippedBytes what a program that uses it has to carry
 * @param first seconds from the start of a process to its first result
 * @param steady seconds to steady speed
 * @param bytes the most memory of the process at its first result; empty where the system does not tell
 */
public record Footprint(String by, long shippedBytes, double[] first, double[] steady, double[] bytes) {}
