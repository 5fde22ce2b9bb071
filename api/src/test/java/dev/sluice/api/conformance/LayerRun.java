package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One direction of a layer over a packed batch, with all that goes in and comes out, anywhere in memory. */
final class LayerRun {
    final String what;
    final LSTMKernel.Steps steps;
    final Framed inputHidden, hiddenHidden, inputBias, hiddenBias;
    final Framed x, h, c, y, lastH, lastC, gates, cells;
    private final Framed dY, dLastH, dLastC, dX, dH, dC, dInputHidden, dHiddenHidden, dBias;

    LayerRun(long seed) {
        this(seed, 1 + new Random(seed).nextInt(20), 1 + new Random(seed + 1).nextInt(34), new Random(seed + 2).nextInt(7), 1 + new Random(seed + 3).nextInt(8));
    }

    LayerRun(long seed, int input, int hidden, int batch, int longest) {
        Random random = new Random(seed);
        Framed.Numbers numbers = () -> random.nextFloat() * 2 - 1;
        int[] sizes = new int[longest];
        for (int t = 0; t < longest; t++) {
            sizes[t] = t == 0 ? batch : random.nextInt(3) == 0 ? random.nextInt(sizes[t - 1] + 1) : sizes[t - 1];
        }
        steps = new LSTMKernel.Steps(sizes, Direction.values()[random.nextInt(2)]);
        boolean bias = random.nextInt(4) > 0;
        int rows = steps.rows();
        inputHidden = Framed.of(random, 4 * hidden, input, numbers);
        hiddenHidden = Framed.of(random, 4 * hidden, hidden, numbers);
        inputBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        hiddenBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        x = Framed.of(random, rows, input, numbers);
        h = Framed.of(random, batch, hidden, numbers);
        c = Framed.of(random, batch, hidden, numbers);
        y = Framed.of(random, rows, hidden, numbers);
        lastH = Framed.of(random, batch, hidden, numbers);
        lastC = Framed.of(random, batch, hidden, numbers);
        gates = Framed.of(random, rows, 4 * hidden, numbers);
        cells = Framed.of(random, rows, hidden, numbers);
        dY = Framed.of(random, rows, hidden, numbers);
        dLastH = Framed.of(random, batch, hidden, numbers);
        dLastC = Framed.of(random, batch, hidden, numbers);
        dX = random.nextInt(4) == 0 ? null : Framed.of(random, rows, input, numbers);
        dH = random.nextInt(4) == 0 ? null : Framed.of(random, batch, hidden, numbers);
        dC = dH == null ? null : Framed.of(random, batch, hidden, numbers);
        dInputHidden = Framed.of(random, 4 * hidden, input, numbers);
        dHiddenHidden = Framed.of(random, 4 * hidden, hidden, numbers);
        dBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        what = "lstm, seed %d: input %d, hidden %d, live rows %s, %s, %s bias, %s dx, %s gradient of the first states".formatted(seed, input, hidden, Arrays.toString(sizes),
                steps.direction(), bias ? "with" : "without", dX == null ? "without" : "with", dH == null ? "without" : "with");
    }

    private static Matrix of(Framed framed) {
        return framed == null ? null : framed.matrix();
    }

    LSTMKernel.Prepared prepare(Backend backend) {
        return backend.lstm().prepare(weights());
    }

    LSTMKernel.Weights weights() {
        return new LSTMKernel.Weights(of(inputHidden), of(hiddenHidden), of(inputBias), of(hiddenBias));
    }

    LSTMKernel.States first() {
        return new LSTMKernel.States(of(h), of(c));
    }

    LSTMKernel.States last() {
        return new LSTMKernel.States(of(lastH), of(lastC));
    }

    LSTMKernel.Pass pass() {
        return new LSTMKernel.Pass(of(x), first(), of(y), new LSTMKernel.Saved(of(gates), of(cells)));
    }

    void infer(LSTMKernel.Prepared lstm) {
        lstm.infer(steps, of(x), first(), of(y), last());
    }

    void forward(LSTMKernel.Prepared lstm) {
        lstm.forward(steps, pass(), last());
    }

    void backward(LSTMKernel.Prepared lstm) {
        lstm.backward(steps, pass(), new LSTMKernel.OutputGradients(of(dY), new LSTMKernel.States(of(dLastH), of(dLastC))), new LSTMKernel.InputGradients(of(dX),
                dH == null ? null : new LSTMKernel.States(of(dH), of(dC)), of(dInputHidden), of(dHiddenHidden), of(dBias)));
    }

    List<Framed> inputs() {
        return Arrays.asList(inputHidden, hiddenHidden, inputBias, hiddenBias, x, h, c, dY, dLastH, dLastC);
    }

    List<Framed> outputs() {
        return Arrays.asList(y, lastH, lastC);
    }

    List<Framed> gradients() {
        return Arrays.asList(dX, dH, dC, dInputHidden, dHiddenHidden, dBias);
    }

    int terms() {
        int hidden = hiddenHidden.matrix().columns();
        return 8 * steps.count() * (inputHidden.matrix().columns() + hidden + 8) + 4 * hidden + steps.rows();
    }

    void compare(String rule, String which, boolean exact, List<Framed> actual, List<Framed> expected) {
        for (int i = 0; i < actual.size(); i++) {
            if (actual.get(i) != null) {
                new Verdict(exact).check(rule, what + ": " + which + " " + i, actual.get(i).matrix(), expected.get(i).matrix(), terms());
                actual.get(i).assertFrame("rule 2", what + ": " + which + " " + i);
            }
        }
    }

    void compareOutputs(String rule, Backend backend, LayerRun expected) {
        compare(rule, "y", backend.isExact(), List.of(y), List.of(expected.y));
        compare(rule.equals("rule 18") ? "rule 20" : rule, "the last state (h, c)", backend.isExact(), List.of(lastH, lastC), List.of(expected.lastH, expected.lastC));
    }

    void compareGradients(String rule, Backend backend, LayerRun expected) {
        compare(rule, "gradient (of x, first h, first c, W_ih, W_hh, b)", backend.isExact(), gradients(), expected.gradients());
    }

    void assertInputsUnchanged() {
        inputs().stream().filter(input -> input != null).forEach(input -> input.assertUnchanged("rule 5", what + ": an input"));
    }

    /** The outputs against the equations in double, for every sequence on its own. */
    void compareWithEquations(String rule) {
        if (steps.direction() == Direction.REVERSE) {
            return; // the oracle's reverse direction is the second of two
        }
        List<double[]> parameters = new ArrayList<>();
        for (Framed parameter : inputBias == null ? List.of(inputHidden, hiddenHidden) : List.of(inputHidden, hiddenHidden, inputBias, hiddenBias)) {
            parameters.add(flat(parameter.matrix()));
        }
        OracleLSTM oracle = new OracleLSTM(hiddenHidden.matrix().columns(), 1, 1, inputBias != null);
        int[] sizes = steps.batchSizes();
        for (int b = 0; b < steps.batch(); b++) {
            List<Integer> rows = new ArrayList<>();
            for (int t = 0, row = 0; t < sizes.length; row += sizes[t], t++) {
                if (b < sizes[t]) {
                    rows.add(row + b);
                }
            }
            OracleLSTM.Result result = oracle.run(rows.stream().map(row -> flat(x.matrix().rows(row, 1))).toArray(double[][]::new),
                    new double[][] {flat(h.matrix().rows(b, 1))}, new double[][] {flat(c.matrix().rows(b, 1))}, parameters);
            for (int t = 0; t < rows.size(); t++) {
                for (int u = 0; u < y.matrix().columns(); u++) {
                    if (!(Math.abs(y.matrix().get(rows.get(t), u) - result.output()[t][u]) <= terms() * Math.ulp(0.5f))) {
                        throw new AssertionError("%s: %s: sequence %d, step %d, unit %d is %s; the equations give %s".formatted(rule, what, b, t, u,
                                y.matrix().get(rows.get(t), u), result.output()[t][u]));
                    }
                }
            }
        }
    }

    private static double[] flat(Matrix m) {
        double[] values = new double[m.rows() * m.columns()];
        for (int i = 0; i < values.length; i++) {
            values[i] = m.get(i / m.columns(), i % m.columns());
        }
        return values;
    }
}
