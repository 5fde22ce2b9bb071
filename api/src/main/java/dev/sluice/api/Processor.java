package dev.sluice.api;

/** What a backend in Java asks about the processor it finds itself on. */
public final class Processor {
    private Processor() {}

    /**
     * Whether {@link Math#fma(float, float, float)} is an instruction. Emulated, it takes microseconds even in compiled code; in hardware,
     * nanoseconds even in the interpreter. It is timed, the best of several attempts.
     */
    public static boolean hasFusedMultiplyAdd() {
        int count = 200;
        float x = 0.37f;
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 10; attempt++) {
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                x = Math.fma(x, 0.7531f, 0.1234567f); // of many digits: emulation is quick for numbers of few
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        return best <= count * 500L || x <= 0f;
    }
}
