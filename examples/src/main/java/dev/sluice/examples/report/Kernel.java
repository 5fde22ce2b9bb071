package dev.sluice.examples.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * A benchmark of JMH.
 *
 * @param benchmark its class and method
 * @param parameters without the backend
 * @param score its mean time
 * @param error half of the confidence interval of 99.9 %
 * @param unit of the time
 * @param rate GFLOP/s, where it is about arithmetic
 * @param limit which share of the machine's limit that is, in percent
 * @param allocated bytes on the heap for each call
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Kernel(String benchmark, String backend, Map<String, String> parameters, double score, double error, String unit, Double rate, Double limit, double allocated) {}
