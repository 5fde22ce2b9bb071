package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.examples.benchmark.Limits;
import dev.sluice.examples.benchmark.Workload;
import java.util.Locale;

/** Prints how much of one core's limit the backend reaches, each measured beside its limit: products, whole layers, and one sequence that reads its weights at each step. */
public final class CompareLimits {
    private static final double SECONDS = 1.5;

    private CompareLimits() {}

    public static void main(String[] args) {
        try (Workers workers = Workers.of(1)) {
            Backend backend = Backends.discover(workers).selected();
            System.out.println("backend " + backend.name() + ": " + backend.description());
            for (int size : new int[] {512, 1024}) {
                Generator random = new Generator(size);
                Tensor a = Tensor.randn(random, size, size), b = Tensor.randn(random, size, size), c = Tensor.zeros(size, size);
                print("gemm " + size + "³", 2.0 * size * size * size, () -> backend.gemm(a.matrix(), Transpose.NO, b.matrix(), Transpose.NO, 0f, c.matrixToWrite()));
            }
            for (Workload work : new Workload[] {Workload.MEDIUM, Workload.LARGE, Workload.XL}) {
                print(work.title() + " forward", work.flop(), work.on(backend)::forward);
            }
            single(backend);
        }
    }

    private static void print(String what, double flop, Runnable run) {
        double rate = flop / fastest(run);
        double limit = Limits.multiplyAdds(SECONDS / 3);
        System.out.printf(Locale.ROOT, "%-16s %7.1f of %7.1f GFLOP/s between registers  %5.1f %%%n", what, rate / 1e9, limit / 1e9, 100 * rate / limit);
    }

    /** All of it against the time that reading the recurrent weights once a step takes, and the input terms at the full rate. */
    private static void single(Backend backend) {
        Workload work = Workload.SINGLE;
        double seconds = fastest(work.on(backend)::forward);
        double weights = 4.0 * 4 * 256 * 256;
        double atBest = 100 * weights / Limits.reads((long) weights, SECONDS / 3) + work.flop() / 2 / Limits.multiplyAdds(SECONDS / 3);
        System.out.printf(Locale.ROOT, "%-16s %7.0f µs; reading its recurrent weights takes, and its input terms at least, %.0f µs  %5.1f %%%n", "single forward", seconds * 1e6,
                atBest * 1e6, 100 * atBest / seconds);
    }

    /** Seconds of the fastest run. */
    private static double fastest(Runnable run) {
        double best = Double.POSITIVE_INFINITY;
        for (long end = System.nanoTime() + (long) (2 * SECONDS * 1e9); System.nanoTime() < end; ) {
            long begin = System.nanoTime();
            run.run();
            best = Math.min(best, System.nanoTime() - begin);
        }
        return best / 1e9;
    }
}
