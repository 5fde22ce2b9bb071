package dev.sluice.examples.benchmark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ScalarResult;

/** Adds to the time of products and layers their rate, and which share of this machine's limit that is. The limit is measured in the same JVM, between the iterations. */
public final class RateProfiler implements InternalProfiler {
    private static final double SECONDS = 0.1;

    /** For JMH. */
    public RateProfiler() {}

    @Override
    public String getDescription() {
        return "GFLOP/s, and the share of what the processor could do at most";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<ScalarResult> afterIteration(BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        List<ScalarResult> results = new ArrayList<>();
        Cost cost = cost(benchmark);
        if (cost != null) {
            double seconds = result.getPrimaryResult().getScore() * benchmark.getTimeUnit().toNanos(1) / TimeUnit.SECONDS.toNanos(1);
            int threads = Integer.parseInt(benchmark.getParam("threads"));
            results.add(new ScalarResult("rate", cost.flop() / seconds / 1e9, "GFLOP/s", AggregationPolicy.AVG));
            results.add(new ScalarResult("limit", 100 * cost.leastSeconds(SECONDS) / threads / seconds, "%", AggregationPolicy.AVG));
        }
        return results;
    }

    /** What a call costs, or null if its arithmetic is not what it is about. */
    private static Cost cost(BenchmarkParams benchmark) {
        String name = benchmark.getBenchmark();
        if (name.contains(LSTMBenchmark.class.getSimpleName())) {
            Cost forward = Workload.valueOf(benchmark.getParam("work")).work().cost();
            return name.endsWith("forward") ? forward : forward.times(3);
        }
        if (name.contains(ProductBenchmark.class.getSimpleName())) {
            int[] sizes = ProductBenchmark.sizes(benchmark.getParam("product"));
            return Cost.product(sizes[0], sizes[1], sizes[2], 1);
        }
        return null;
    }
}
