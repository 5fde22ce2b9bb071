package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.examples.benchmark.BareProduct;
import dev.sluice.examples.benchmark.Series;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures products of matrices by a BLAS library alone, through panama-ffm, and on vector, in turn. */
@Command(name = "CompareProducts", sortOptions = false, usageHelpAutoWidth = true, description = "Times products of matrices by a BLAS library with nothing around it, through the backend "
        + "panama-ffm, and on vector, and prints the rates and how many times as fast as the bare library each is: medians of the rounds, on one thread in turn.")
public final class CompareProducts implements Callable<Integer> {
    /** Square ones, then the recurrent terms of large and xl, one of few rows, and the input terms of xl: m, n, k, and whether B lies transposed. */
    private static final int[][] SIZES = {{128, 128, 128, 0}, {512, 512, 512, 0}, {1024, 1024, 1024, 0}, {64, 2048, 512, 1}, {64, 4096, 1024, 1}, {8, 2048, 512, 1}, {3200, 4096, 1024, 1}};

    @Option(names = "--library", converter = Program.FileOrName.class, description = "a BLAS library with integers of 32 bits: a path, or a name that the system knows; libopenblas.so.0 unless given", defaultValue = "libopenblas.so.0")
    private String library;

    @Option(names = "--threads", split = ",", description = "numbers of threads, of the library's own and of ours; 1,2 unless given", defaultValue = "1,2")
    private List<Integer> threads;

    @Option(names = "--rounds", description = "how often each takes its turn; 101 unless given", defaultValue = "101")
    private int rounds;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public CompareProducts() {}

    public static void main(String[] args) {
        System.exit(Program.run(new CompareProducts(), args));
    }

    @Override
    public Integer call() {
        Program.require(rounds >= 1, "--rounds " + rounds + ": at least 1");
        System.setProperty("sluice.blas", library);
        for (int count : threads) {
            try (Workers workers = Workers.of(count)) {
                Backends backends = Backends.discover(workers);
                Backend panama = backends.named("panama-ffm"), vector = backends.named("vector");
                BareProduct bare = new BareProduct(library);
                System.out.println(panama.description());
                System.out.printf(Locale.ROOT, "%-32s %8s %18s %18s %18s%n", "product", "threads", "bare, GFLOP/s", "panama-ffm, ratio", "vector, ratio");
                for (int[] size : SIZES) {
                    compare(count, bare, panama, vector, size);
                }
            }
        }
        return 0;
    }

    private void compare(int count, BareProduct bare, Backend panama, Backend vector, int[] size) {
        Generator random = new Generator(1);
        int m = size[0], n = size[1], k = size[2];
        Transpose transposeB = Transpose.values()[size[3]];
        Tensor a = Tensor.randn(random, m, k), b = transposeB == Transpose.NO ? Tensor.randn(random, k, n) : Tensor.randn(random, n, k), c = Tensor.zeros(m, n);
        Matrix left = a.matrix(), right = b.matrix(), result = c.matrixToWrite();
        List<Runnable> ways = List.of(() -> bare.multiply(left, right, transposeB, result), () -> panama.gemm(left, Transpose.NO, right, transposeB, 0f, result),
                () -> vector.gemm(left, Transpose.NO, right, transposeB, 0f, result));
        double[][] seconds = new double[ways.size()][rounds];
        int times = (int) Math.max(1, 50_000_000L / ((long) m * n * k));
        int turn = count == 1 ? 1 : rounds; // the library's own threads look for work for a while after a call, and would be in the way of ours
        for (int round = 0; round < rounds; round += turn) {
            for (int way = 0; way < ways.size(); way++) {
                bare.threads(way == 0 ? count : 1);
                warmUp(ways.get(way), round == 0 ? 0.5 : 0);
                for (int i = round; i < round + turn; i++) {
                    seconds[way][i] = seconds(times, ways.get(way));
                }
            }
        }
        Series bareSeconds = new Series(seconds[0]);
        System.out.printf(Locale.ROOT, "%-32s %8d %18.1f %18.3f %18.3f%n", m + " × " + n + " × " + k + (transposeB == Transpose.YES ? ", B transposed" : ""), count,
                2e-9 * m * n * k / bareSeconds.median(), bareSeconds.over(new Series(seconds[1])).median(), bareSeconds.over(new Series(seconds[2])).median());
    }

    /** Until it is compiled, and everyone is awake. */
    private static void warmUp(Runnable run, double seconds) {
        for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; ) {
            run.run();
        }
    }

    private static double seconds(int times, Runnable run) {
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            run.run();
        }
        return (System.nanoTime() - begin) / 1e9 / times;
    }
}
