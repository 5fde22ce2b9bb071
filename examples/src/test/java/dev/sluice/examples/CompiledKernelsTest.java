package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import dev.sluice.examples.benchmark.Passes;
import dev.sluice.examples.benchmark.Workload;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A kernel whose vectors are put into objects, or that the JVM does not compile, is still right, and a hundred times as slow. Nothing else would notice. Other work on the machine is not
 * taken for that: the time is the thread's own, and the JVM has as long to compile as it may take beside them.
 */
class CompiledKernelsTest {
    private static final long LONGEST = 120_000_000_000L; // nanoseconds until kernels are compiled, and as fast as they get
    private static final int RUNS = 20;
    private static final double AHEAD = 2;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Backends backends = Backends.discover(Workers.of(1));

    @Test
    void vectorIsWellAheadOfScalar() {
        for (Workload shape : new Workload[] {Workload.MEDIUM, Workload.SINGLE, Workload.PACKED_WORDS}) {
            Passes vector = shape.work().on(backends.named("vector")), scalar = shape.work().on(backends.named("scalar"));
            double forward = ahead(scalar::forward, vector::forward), training = ahead(scalar::train, vector::train);
            System.out.printf("%s: scalar takes %.1f times as long as vector forward, %.1f times in training%n", shape.title(), forward, training);
            assertThat(forward).as(shape.title() + " forward, scalar's time over vector's").isGreaterThan(AHEAD);
            assertThat(training).as(shape.title() + " training, scalar's time over vector's").isGreaterThan(AHEAD);
        }
    }

    /**
     * The JVM compiles a method twice, the first time to see how it is used. One that is too large for that may be left in the slowest compiled form for good, or may
     * not: it depends on what else is being compiled.
     */
    @Test
    void everyKernelIsSmallEnoughForTheFirstCompiler() throws Exception {
        Jvm jvm = Jvm.run(List.of("-XX:TieredStopAtLevel=3", "-XX:+PrintCompilation", "-Xbatch"), EveryKernel.class);
        List<String> kernels = jvm.lines().stream().filter(line -> line.contains("dev.sluice.backend.vector.")).toList();
        for (String kernel : List.of("Tile::fourByTwo", "Tile::two", "Tile::one", "Cell::states", "Cell::backward", "Slivers::interleave", "Turning::interleave")) {
            assertThat(kernels).as("kernels that were compiled").anyMatch(line -> line.contains(kernel));
        }
        assertThat(kernels).noneMatch(line -> line.contains("COMPILE SKIPPED: out of"));
    }

    /** A layer in training, as often as the first compiler needs, for which {@code -Xbatch} waits: from seven rows down to one, panels that are whole and others that are not. */
    static final class EveryKernel {
        public static void main(String[] args) {
            Backend backend = Backends.discover(Workers.of(1)).named("vector");
            Generator random = new Generator(1);
            LSTM lstm = LSTM.of(40, 72).random(random).backend(backend).build();
            List<Tensor> sequences = IntStream.rangeClosed(1, 7).mapToObj(n -> Tensor.randn(random, n, 40).requireGrad()).toList();
            for (int pass = 0; pass < 40; pass++) { // it takes what was called 200 times, which is in the first 15
                try (TensorScope _ = TensorScope.open()) {
                    lstm.forward(PackedSequence.pack(sequences)).output().data().sum().backward();
                }
            }
        }
    }

    /** How many times as long as the one the other takes, both at their fastest, in turn. */
    private static double ahead(Runnable scalar, Runnable vector) {
        double slower = Double.MAX_VALUE, faster = Double.MAX_VALUE;
        for (long end = System.nanoTime() + LONGEST; !(slower > AHEAD * faster) && System.nanoTime() < end; ) {
            for (int run = 0; run < RUNS; run++) {
                slower = Math.min(slower, nanoseconds(scalar));
                faster = Math.min(faster, nanoseconds(vector));
            }
        }
        return slower / faster;
    }

    /** Of the thread, however often others take its place. */
    private static long nanoseconds(Runnable run) {
        long begin = THREADS.getCurrentThreadCpuTime();
        run.run();
        return THREADS.getCurrentThreadCpuTime() - begin;
    }

    /** What a pass puts on the heap are the objects around its results, whose number does not depend on the steps. */
    @Test
    void inferenceAllocatesNothingForItsSteps() {
        Backend backend = backends.named("vector");
        LSTM lstm = LSTM.of(32, 64).random(new Generator(1)).backend(backend).build();
        Tensor few = Tensor.randn(new Generator(1), 10, 4, 32), many = Tensor.randn(new Generator(1), 200, 4, 32);
        int arraysOfSteps = 3 * 4 * 190; // the packing's, one number a step
        long fewBytes, manyBytes, end = System.nanoTime() + LONGEST;
        do {
            fewBytes = allocated(lstm, few);
            manyBytes = allocated(lstm, many);
        } while ((manyBytes >= fewBytes + 2 * arraysOfSteps || manyBytes >= 20_000) && System.nanoTime() < end);
        System.out.println("bytes on the heap for 10 steps: " + fewBytes + ", for 200: " + manyBytes);
        assertThat(manyBytes).isLessThan(fewBytes + 2 * arraysOfSteps).isLessThan(20_000);
    }

    private static long allocated(LSTM lstm, Tensor input) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50; i++) {
                try (TensorScope _ = TensorScope.open()) {
                    Gradients.off(() -> lstm.forward(input));
                }
            }
            least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / 50);
        }
        return least;
    }
}
