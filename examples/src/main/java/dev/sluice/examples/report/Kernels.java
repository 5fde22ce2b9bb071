package dev.sluice.examples.report;

import dev.sluice.examples.benchmark.RateProfiler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The benchmarks of JMH but those of whole layers, which {@link Shapes} has, on one thread: a choice of sizes, in one JVM each; {@link dev.sluice.examples.Benchmarks} has all. */
record Kernels(List<String> backends) {
    private static final List<String> BENCHMARKS = List.of("ProductBenchmark.multiply$", "GatesBenchmark", "PackingBenchmark", "TrainingBenchmark", "StreamBenchmark", "ColdStartBenchmark");

    List<Kernel> measure() throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().param("backend", backends.toArray(String[]::new)).param("threads", "1").addProfiler(RateProfiler.class).addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT).shouldFailOnError(true);
        List<Kernel> kernels = new ArrayList<>();
        BENCHMARKS.forEach(name -> options.include("\\." + name));
        Collection<RunResult> results = new Runner(options.param("hidden", "256").param("work", "PACKED_WORDS").forks(1).warmupIterations(4).warmupTime(TimeValue.seconds(1)).measurementIterations(5)
                .measurementTime(TimeValue.milliseconds(200)).build()).run();
        results.forEach(result -> kernels.add(kernel(result)));
        return kernels;
    }

    private static Kernel kernel(RunResult result) {
        Map<String, String> parameters = new TreeMap<>();
        result.getParams().getParamsKeys().forEach(key -> parameters.put(key, result.getParams().getParam(key)));
        String backend = parameters.remove("backend");
        parameters.remove("threads");
        String name = result.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1");
        Result<?> primary = result.getPrimaryResult();
        return new Kernel(name, backend, parameters, primary.getScore(), primary.getScoreError(), primary.getScoreUnit(), secondary(result, "rate"), secondary(result, "limit"), secondary(result, "gc.alloc.rate.norm"));
    }

    private static Double secondary(RunResult result, String label) {
        return result.getSecondaryResults().containsKey(label) ? (Double) result.getSecondaryResults().get(label).getScore() : null;
    }
}
