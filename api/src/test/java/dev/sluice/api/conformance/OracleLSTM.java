package dev.sluice.api.conformance;

import java.util.ArrayList;
import java.util.List;

/** An LSTM in double, one sequence at a time, as its equations read. */
public final class OracleLSTM {
    private final int hidden;
    private final int projection;
    private final int output;
    private final int layers;
    private final int directions;
    private final boolean bias;

    /** An LSTM of these sizes; the projection is 0 where there is none, directions are 1 or 2. */
    public OracleLSTM(int hidden, int projection, int layers, int directions, boolean bias) {
        this.hidden = hidden;
        this.projection = projection;
        output = projection == 0 ? hidden : projection;
        this.layers = layers;
        this.directions = directions;
        this.bias = bias;
    }

    /** What became of one sequence. */
    public record Result(double[][] output, double[][] h, double[][] c) {}

    /**
     * @param x [steps][input]
     * @param h [layers · directions][projection, or hidden], not modified
     * @param c [layers · directions][hidden], not modified
     * @param parameters in the order of the LSTM's
     */
    public Result run(double[][] x, double[][] h, double[][] c, List<double[]> parameters) {
        int each = (bias ? 4 : 2) + (projection == 0 ? 0 : 1);
        double[][] rows = x;
        double[][] lastH = new double[h.length][];
        double[][] lastC = new double[c.length][];
        for (int k = 0; k < layers; k++) {
            double[][] y = new double[x.length][directions * output];
            for (int d = 0; d < directions; d++) {
                int at = k * directions + d;
                List<double[]> own = new ArrayList<>(parameters.subList(at * each, (at + 1) * each));
                double[] stateH = h[at].clone();
                double[] stateC = c[at].clone();
                for (int s = 0; s < x.length; s++) {
                    int t = d == 0 ? s : x.length - 1 - s;
                    step(rows[t], stateH, stateC, own);
                    System.arraycopy(stateH, 0, y[t], d * output, output);
                }
                lastH[at] = stateH;
                lastC[at] = stateC;
            }
            rows = y;
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
            for (int k = 0; k < output; k++) {
                gates[j] += parameters.get(1)[j * output + k] * h[k];
            }
        }
        double[] full = new double[hidden];
        for (int u = 0; u < hidden; u++) {
            c[u] = sigmoid(gates[hidden + u]) * c[u] + sigmoid(gates[u]) * Math.tanh(gates[2 * hidden + u]);
            full[u] = sigmoid(gates[3 * hidden + u]) * Math.tanh(c[u]);
        }
        for (int p = 0; p < output; p++) {
            h[p] = projection == 0 ? full[p] : 0;
            for (int u = 0; u < hidden && projection > 0; u++) {
                h[p] += parameters.getLast()[p * hidden + u] * full[u];
            }
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
