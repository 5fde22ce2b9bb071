package dev.sluice.api;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * How much native memory the pool may take.
 *
 * @param origin what says so, for messages
 */
record MemoryBound(long bytes, String origin) {
    private static final String PROPERTY = "sluice.memory";

    /** That of a program. */
    static MemoryBound of(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("memory: a limit of " + bytes + " bytes; 0 or more are required");
        }
        return new MemoryBound(bytes, "Memory.limit(" + bytes + ")");
    }

    /** Whether the user leaves it to the system. */
    static boolean isUnset() {
        return property().isEmpty();
    }

    /** What {@code -Dsluice.memory} says, a number, perhaps with k, m, g or t; or what the system has. */
    static MemoryBound configured() {
        String text = property();
        if (text.isEmpty()) {
            return ofSystem();
        }
        if (!text.matches("[0-9]{1,15}[kmgt]?")) {
            throw new IllegalArgumentException("memory: -D" + PROPERTY + "=" + text + "; a number of bytes is required, such as 536870912, 512m or 4g");
        }
        int shift = 10 * ("kmgt".indexOf(text.charAt(text.length() - 1)) + 1);
        long number = Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1));
        return new MemoryBound(number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift, "-D" + PROPERTY + "=" + text);
    }

    private static String property() {
        return System.getProperty(PROPERTY, "").strip().toLowerCase(Locale.ROOT);
    }

    /** Half of what the largest Java heap leaves of the memory of the machine, or of the container that this JVM is in; an eighth of the memory at least. */
    private static MemoryBound ofSystem() {
        long heap = Runtime.getRuntime().maxMemory(), memory = memory();
        if (memory <= 0) {
            return new MemoryBound(heap, "the largest Java heap's size (-D" + PROPERTY + " and Memory.limit set another bound)");
        }
        return new MemoryBound(Math.max(memory / 8, (memory - heap) / 2), "half of what the largest Java heap (" + heap + ") leaves of the memory (" + memory + "; -D" + PROPERTY
                + " and Memory.limit set another bound)");
    }

    /** That of the container, if this is one; 0 where the JVM has no module that tells. */
    private static long memory() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system ? system.getTotalMemorySize() : 0;
        } catch (LinkageError withoutTheModule) {
            return 0;
        }
    }
}
