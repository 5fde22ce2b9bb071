package dev.sluice.examples.benchmark;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What one core of this machine can do at most: loops that do nothing else. The first call takes four seconds longer, until they are compiled. */
public final class Limits {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int SUMS = 12;

    private static boolean compiled;

    private Limits() {}

    /** Runs both loops until they are compiled, the first time. */
    private static synchronized void compile() {
        if (!compiled) {
            compiled = true;
            multiplyAdds(2);
            reads(1 << 16, 2);
        }
    }

    /** How many numbers a vector has. */
    public static int lanes() {
        return LANES;
    }

    /** Operations per second, two to a fused multiply-add, between registers only. */
    public static double multiplyAdds(double seconds) {
        compile();
        int count = 200_000;
        return best(seconds, () -> registersOnly(count, 1e-9f)) * count * SUMS * LANES * 2;
    }

    /** Bytes per second, read again and again from {@code bytes} of memory. */
    public static double reads(long bytes, double seconds) {
        compile();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(bytes, 64);
            int times = (int) Math.max(1, 20_000_000 / bytes);
            return best(seconds, () -> read(memory, times)) * bytes * times;
        }
    }

    @FunctionalInterface
    private interface Loop {
        float run();
    }

    /** Runs per second of the fastest run. */
    private static double best(double seconds, Loop loop) {
        double best = Double.POSITIVE_INFINITY;
        float sink = 0;
        for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; ) {
            long begin = System.nanoTime();
            sink += loop.run();
            best = Math.min(best, System.nanoTime() - begin);
        }
        return Float.isNaN(sink) ? Double.NaN : 1e9 / best;
    }

    private static float registersOnly(int count, float y) {
        FloatVector a = FloatVector.broadcast(SPECIES, y);
        FloatVector s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
        for (int i = 0; i < count; i++) {
            s0 = a.fma(a, s0);
            s1 = a.fma(a, s1);
            s2 = a.fma(a, s2);
            s3 = a.fma(a, s3);
            s4 = a.fma(a, s4);
            s5 = a.fma(a, s5);
            s6 = a.fma(a, s6);
            s7 = a.fma(a, s7);
            s8 = a.fma(a, s8);
            s9 = a.fma(a, s9);
            s10 = a.fma(a, s10);
            s11 = a.fma(a, s11);
        }
        return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).lane(0);
    }

    private static float read(MemorySegment memory, int times) {
        FloatVector s0 = FloatVector.zero(SPECIES), s1 = s0, s2 = s0, s3 = s0;
        long step = 4L * LANES;
        for (int i = 0; i < times; i++) {
            for (long at = 0; at + 4 * step <= memory.byteSize(); at += 4 * step) {
                s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, memory, at, ByteOrder.nativeOrder()));
                s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, memory, at + step, ByteOrder.nativeOrder()));
                s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 2 * step, ByteOrder.nativeOrder()));
                s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 3 * step, ByteOrder.nativeOrder()));
            }
        }
        return s0.add(s1).add(s2).add(s3).lane(0);
    }
}
