package dev.sluice.examples;

import java.io.IOException;

/** Runs the JMH benchmarks; arguments are JMH's: a pattern of names, {@code -p work=PACKED_WORDS -p backend=vector}, {@code -prof gc}, {@code -h} for all. */
public final class Benchmarks {
    private Benchmarks() {}

    public static void main(String[] args) throws IOException {
        org.openjdk.jmh.Main.main(args);
    }
}
