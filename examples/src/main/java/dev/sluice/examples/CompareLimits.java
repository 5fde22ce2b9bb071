package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.examples.benchmark.Cost;
import dev.sluice.examples.benchmark.Series;
import dev.sluice.examples.benchmark.Workload;
import java.util.Locale;

/**
 * Prints how much of one core's limit the backend reaches, each measured beside its limit: products, whole layers, and one sequence, which cannot be faster than its recurrent weights are read once a step.
 */
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
                print("gemm " + size + "³", Cost.product(size, size, size, 1), () -> backend.gemm(a.matrix(), Transpose.NO, b.matrix(), Transpose.NO, 0f, c.matrixToWrite()));
            }
            for (Workload shape : new Workload[] {Workload.MEDIUM, Workload.LARGE, Workload.XL, Workload.SINGLE}) {
                print(shape.title() + " forward", shape.work().cost(), shape.work().on(backend)::forward);
            }
        }
    }

    private static void print(String what, Cost cost, Runnable run) {
        double seconds = Series.timed(run, 2 * SECONDS).lowest(), least = cost.leastSeconds(SECONDS / 3);
        System.out.printf(Locale.ROOT, "%-16s %10.0f µs  %7.1f GFLOP/s  at least %10.0f µs  %5.1f %%%n", what, seconds * 1e6, cost.flop() / seconds / 1e9, least * 1e6, 100 * least / seconds);
    }
}
