package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The element-by-element part of a step, for 32 sequences. */
public class GatesBenchmark extends OnBackend {
    private static final int ROWS = 32;

    @Param({"16", "256", "1024"})
    int hidden;

    private Backend chosen;
    private Tensor sums, gates, c, nextC, nextH, dh, dc, gradient;

    /** For JMH. */
    public GatesBenchmark() {}

    @Override
    void prepare(Backend backend) {
        chosen = backend;
        Generator random = new Generator(1);
        sums = Tensor.randn(random, ROWS, 4 * hidden);
        c = Tensor.randn(random, ROWS, hidden);
        dh = Tensor.randn(random, ROWS, hidden);
        gates = Tensor.zeros(ROWS, 4 * hidden);
        nextC = Tensor.zeros(ROWS, hidden);
        nextH = Tensor.zeros(ROWS, hidden);
        dc = Tensor.zeros(ROWS, hidden);
        gradient = Tensor.zeros(ROWS, 4 * hidden);
        cell();
    }

    /** With the copy of the sums, which it replaces by the gates. */
    @Benchmark
    public float cell() {
        Matrix result = nextH.matrixToWrite();
        gates.copyFrom(sums);
        chosen.lstmCell(gates.matrixToWrite(), c.matrix(), nextC.matrixToWrite(), result);
        return result.get(ROWS - 1, hidden - 1);
    }

    /** With the copy of a gradient, which it replaces by that of the step before. */
    @Benchmark
    public float cellGradient() {
        Matrix result = gradient.matrixToWrite();
        dc.copyFrom(dh);
        chosen.lstmCellGradient(gates.matrix(), c.matrix(), nextC.matrix(), dh.matrix(), dc.matrixToWrite(), result);
        return result.get(ROWS - 1, 4 * hidden - 1);
    }
}
