package dev.sluice.api.conformance;

import java.util.ArrayList;
import java.util.List;

/** An LSTM in double, one sequence at a time, as its equations read. */
public final class OracleLSTM {
    private final int hidden;
    private final int layers;
    private final int directions;
    private final boolean bias;

    /** An LSTM of these sizes; directions are 1 or 2. */
    public OracleLSTM(int hidden, int layers, int directions, boolean bias) {
        this.hidden = hidden;
        this.layers = layers;
        this.directions = directions;
        this.bias = bias;
    }

    /** What became of one sequence. */
    public record Result(double[][] output, double[][] h, double[][] c) {}

    /**
     * @param x [steps][input]
     * @param h [layers · directions][hidden], not modified; c likewise
     * @param parameters in the order of the LSTM's
     */
    public Result run(double[][] x, double[][] h, double[][] c, List<double[]> parameters) {
        int each = bias ? 4 : 2;
        double[][] rows = x;
        double[][] lastH = new double[h.length][];
        double[][] lastC = new double[c.length][];
        for (int k = 0; k < layers; k++) {
            double[][] output = new double[x.length][directions * hidden];
            for (int d = 0; d < directions; d++) {
                int at = k * directions + d;
                List<double[]> own = new ArrayList<>(parameters.subList(at * each, (at + 1) * each));
                double[] stateH = h[at].clone();
                double[] stateC = c[at].clone();
                for (int s = 0; s < x.length; s++) {
                    int t = d == 0 ? s : x.length - 1 - s;
                    step(rows[t], stateH, stateC, own);
                    System.arraycopy(stateH, 0, output[t], d * hidden, hidden);
                }
                lastH[at] = stateH;
                lastC[at] = stateC;
            }
            rows = output;
        }
        return new Result(rows, lastH, lastC);
    }

    private void step(double[] x, double[] h, double[] c, List<double[]> parameters) {
        double[] gates = new double[4 * hidden];
        for (int j = 0; j < gates.length; j++) {
            gates[j] = bias ? parameters.get(2)[j] + parameters.get(3)[j] : 0;
            for (int k = 0; k < x.length; k++) {
                gates[j] += parameters.get(0)[j * x.length + k] * x[k];
            }
            for (int k = 0; k < hidden; k++) {
                gates[j] += parameters.get(1)[j * hidden + k] * h[k];
            }
        }
        for (int u = 0; u < hidden; u++) {
            c[u] = sigmoid(gates[hidden + u]) * c[u] + sigmoid(gates[u]) * Math.tanh(gates[2 * hidden + u]);
            h[u] = sigmoid(gates[3 * hidden + u]) * Math.tanh(c[u]);
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
