package dev.sluice.api;

import java.lang.management.ManagementFactory;

/** A fault of some releases of Java that can spoil a program's numbers. */
final class KnownFault {
    private KnownFault() {}

    /** What to know about the Java that runs this, or nothing. */
    static String ofThisJava() {
        Runtime.Version version = Runtime.version();
        return has(version) && isG1() ? warning(version) : "";
    }

    /** Whether it may corrupt an array that native code has pinned while G1 collects. */
    static boolean has(Runtime.Version version) {
        return version.feature() == 25 && version.interim() == 0 && version.update() < 3;
    }

    static String warning(Runtime.Version version) {
        return "this is Java " + version + ", in which the collector G1 may corrupt arrays that are pinned for native code (JDK-8377811); use 25.0.3 or later, or another collector, such as "
                + "-XX:+UseParallelGC";
    }

    private static boolean isG1() {
        try {
            return ManagementFactory.getGarbageCollectorMXBeans().stream().anyMatch(collector -> collector.getName().startsWith("G1"));
        } catch (LinkageError withoutTheModule) {
            return true;
        }
    }
}
