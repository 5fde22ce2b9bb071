package dev.sluice.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the benchmarks compute is right on every backend: that of scalar, which the conformance kit judges, to the bit where the backend is exact; and it is a number that depends on the input. */
class BenchmarkAnswersTest {
    /** At most 1024 products, each sum of which is below 100 and rounded to 24 bits. */
    private static final double TOLERANCE = 1024 * 100 * 0x1p-24;

    @ParameterizedTest(name = "{0}")
    @MethodSource("benchmarks")
    <B extends OnBackend> void everyBackendGivesTheAnswerOfScalar(String name, Supplier<B> benchmark, ToDoubleFunction<B> run) {
        double expected = answer(benchmark.get(), "scalar", 1, run);
        assertThat(Math.abs(expected)).as(name).isBetween(1e-6, 1e4);
        assertThat(answer(benchmark.get(), "vector", 1, run)).as(name).isEqualTo(expected);
        assertThat(answer(benchmark.get(), "vector", 2, run)).as(name).isEqualTo(expected);
        assertThat(answer(benchmark.get(), "panama-ffm", 2, run)).as(name).isEqualTo(expected, within(TOLERANCE));
    }

    private static <B extends OnBackend> double answer(B benchmark, String backend, int threads, ToDoubleFunction<B> run) {
        benchmark.backend = backend;
        benchmark.threads = threads;
        benchmark.open();
        try {
            return run.applyAsDouble(benchmark);
        } finally {
            benchmark.end();
        }
    }

    static Stream<Arguments> benchmarks() {
        Stream<Arguments> layers = Stream.of(Workload.NOTEBOOK, Workload.STREAM, Workload.SINGLE, Workload.PACKED_WORDS).flatMap(work -> Stream.of(
                of(work + " forward", () -> layer(work), LSTMBenchmark::forward), of(work + " forwardAndBackward", () -> layer(work), LSTMBenchmark::forwardAndBackward)));
        Stream<Arguments> products = Stream.of("64x64x64", "256x256x256", "64x2048x512", "8x1024x256", "1x1024x256").flatMap(product -> Stream.of(
                of(product, () -> product(product), ProductBenchmark::multiply), of(product + " transposed", () -> product(product), ProductBenchmark::multiplyTransposed)));
        Stream<Arguments> gates = Stream.of(16, 256).flatMap(hidden -> Stream.of(
                of("cell of " + hidden, () -> gates(hidden), GatesBenchmark::cell), of("cell gradient of " + hidden, () -> gates(hidden), GatesBenchmark::cellGradient)));
        Stream<Arguments> packing = Stream.of(Workload.PACKED, Workload.PACKED_WORDS).flatMap(work -> Stream.of(
                of(work + " pack", () -> packing(work), PackingBenchmark::pack), of(work + " pad", () -> packing(work), PackingBenchmark::pad), of(work + " unpack", () -> packing(work), PackingBenchmark::unpack)));
        Stream<Arguments> others = Stream.of(
                of("training step", () -> {
                    TrainingBenchmark benchmark = new TrainingBenchmark();
                    benchmark.work = Workload.PACKED_WORDS;
                    return benchmark;
                }, TrainingBenchmark::step),
                of("stream", StreamBenchmark::new, BenchmarkAnswersTest::tenSteps),
                of("cold start", () -> {
                    ColdStartBenchmark benchmark = new ColdStartBenchmark();
                    benchmark.work = Workload.NOTEBOOK;
                    return benchmark;
                }, ColdStartBenchmark::firstForward));
        return Stream.of(layers, products, gates, packing, others).flatMap(all -> all);
    }

    private static <B extends OnBackend> Arguments of(String name, Supplier<B> benchmark, ToDoubleFunction<B> run) {
        return Arguments.of(name, benchmark, run);
    }

    private static LSTMBenchmark layer(Workload work) {
        LSTMBenchmark benchmark = new LSTMBenchmark();
        benchmark.work = work;
        return benchmark;
    }

    private static ProductBenchmark product(String product) {
        ProductBenchmark benchmark = new ProductBenchmark();
        benchmark.product = product;
        return benchmark;
    }

    private static GatesBenchmark gates(int hidden) {
        GatesBenchmark benchmark = new GatesBenchmark();
        benchmark.hidden = hidden;
        return benchmark;
    }

    private static PackingBenchmark packing(Workload work) {
        PackingBenchmark benchmark = new PackingBenchmark();
        benchmark.work = work;
        return benchmark;
    }

    /** Two callers do not disturb each other, and the state goes on. */
    private static double tenSteps(StreamBenchmark benchmark) {
        List<StreamBenchmark.Caller> callers = Stream.generate(StreamBenchmark.Caller::new).limit(2).toList();
        callers.forEach(caller -> caller.begin(benchmark));
        double first = benchmark.callers1(callers.getFirst());
        for (int step = 0; step < 9; step++) {
            benchmark.callers1(callers.getFirst());
        }
        double tenth = benchmark.callers8(callers.getFirst());
        assertThat(tenth).isNotEqualTo(first);
        assertThat(benchmark.callers2(callers.getLast())).isEqualTo((float) first);
        return tenth;
    }
}
