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
 * A kernel whose vectors are put into objects, or that the JVM does not compile, is still right, and a hundred times as slow. Nothing else would notice.
 */
class CompiledKernelsTest {
    private static final double SECONDS = 1;

    private final Backends backends = Backends.discover(Workers.of(1));

    @Test
    void vectorIsWellAheadOfScalar() {
        for (Workload shape : new Workload[] {Workload.MEDIUM, Workload.SINGLE, Workload.PACKED_WORDS}) {
            Passes vector = shape.work().on(backends.named("vector")), scalar = shape.work().on(backends.named("scalar"));
            double forward = fastest(scalar::forward) / fastest(vector::forward), training = fastest(scalar::train) / fastest(vector::train);
            System.out.printf("%s: scalar takes %.1f times as long as vector forward, %.1f times in training%n", shape.title(), forward, training);
            assertThat(forward).as(shape.title() + " forward, scalar's time over vector's").isGreaterThan(2);
            assertThat(training).as(shape.title() + " training, scalar's time over vector's").isGreaterThan(2);
        }
    }

    /**
     * The JVM compiles a method twice, the first time to see how it is used. One that is too large for that may be left in the slowest compiled form for good, or may
     * not: it depends on what else is being compiled.
     */
    @Test
    void everyKernelIsSmallEnoughForTheFirstCompiler() throws Exception {
        Jvm jvm = Jvm.run(List.of("-XX:TieredStopAtLevel=3", "-XX:+PrintCompilation"), EveryKernel.class);
        List<String> kernels = jvm.lines().stream().filter(line -> line.contains("dev.sluice.backend.vector.")).toList();
        for (String kernel : List.of("Tile::fourByTwo", "Tile::two", "Tile::one", "Cell::states", "Cell::backward", "Slivers::interleave")) {
            assertThat(kernels).as("kernels that were compiled").anyMatch(line -> line.contains(kernel));
        }
        assertThat(kernels).noneMatch(line -> line.contains("COMPILE SKIPPED: out of"));
    }

    /** A layer in training, again and again: from seven rows down to one, panels that are whole and others that are not. */
    static final class EveryKernel {
        public static void main(String[] args) {
            Backend backend = Backends.discover(Workers.of(1)).named("vector");
            Generator random = new Generator(1);
            LSTM lstm = LSTM.of(40, 72).random(random).backend(backend).build();
            List<Tensor> sequences = IntStream.rangeClosed(1, 7).mapToObj(n -> Tensor.randn(random, n, 40).requireGrad()).toList();
            int passes = 0; // the first compiler takes what was called 200 times; on a busy machine it needs its time, too
            for (long end = System.nanoTime() + 5_000_000_000L; System.nanoTime() < end || passes < 100; passes++) {
                try (TensorScope _ = TensorScope.open()) {
                    lstm.forward(PackedSequence.pack(sequences)).output().data().sum().backward();
                }
            }
        }
    }

    private static double fastest(Runnable run) {
        long best = Long.MAX_VALUE;
        for (long end = System.nanoTime() + (long) (SECONDS * 1e9); System.nanoTime() < end; ) {
            long begin = System.nanoTime();
            run.run();
            best = Math.min(best, System.nanoTime() - begin);
        }
        return best;
    }

    /** What a pass puts on the heap are the objects around its results, whose number does not depend on the steps. */
    @Test
    void inferenceAllocatesNothingForItsSteps() {
        Backend backend = backends.named("vector");
        LSTM lstm = LSTM.of(32, 64).random(new Generator(1)).backend(backend).build();
        Tensor few = Tensor.randn(new Generator(1), 10, 4, 32), many = Tensor.randn(new Generator(1), 200, 4, 32);
        long fewBytes = allocated(lstm, few), manyBytes = allocated(lstm, many);
        System.out.println("bytes on the heap for 10 steps: " + fewBytes + ", for 200: " + manyBytes);
        int arraysOfSteps = 3 * 4 * 190; // the packing's, one number a step
        assertThat(manyBytes).isLessThan(fewBytes + 2 * arraysOfSteps).isLessThan(20_000);
    }

    private static long allocated(LSTM lstm, Tensor input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 40; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 50; i++) {
                try (TensorScope _ = TensorScope.open()) {
                    Gradients.off(() -> lstm.forward(input));
                }
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / 50);
        }
        return least;
    }
}
