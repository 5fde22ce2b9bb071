package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.StepwiseLSTM;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** One direction of a layer over a packed batch, with all that goes in and comes out, anywhere in memory. */
final class LayerRun {
    final String what;
    private final long seed;
    final LSTMKernel.Steps steps;
    private final int[] sizesBefore;
    final Framed inputHidden, hiddenHidden, inputBias, hiddenBias, projection;
    final Framed x, h, c, y, lastH, lastC;
    Framed saved; // as wide as the kernel wants
    private Matrix cells; // where the kernel has them in there
    private final Framed dY, dCells, dLastH, dLastC, dX, dH, dC, dInputHidden, dHiddenHidden, dBias, dProjection;

    LayerRun(long seed) {
        this(seed, 1 + new Random(seed).nextInt(20), 1 + new Random(seed + 1).nextInt(34), new Random(seed + 2).nextInt(7), 1 + new Random(seed + 3).nextInt(8));
    }

    LayerRun(long seed, int input, int hidden, int batch, int longest) {
        this.seed = seed;
        Random random = new Random(seed);
        Framed.Numbers numbers = () -> random.nextFloat() * 2 - 1;
        int[] sizes = new int[longest];
        for (int t = 0; t < longest; t++) {
            sizes[t] = t == 0 ? batch : random.nextInt(3) == 0 ? random.nextInt(sizes[t - 1] + 1) : sizes[t - 1];
        }
        steps = new LSTMKernel.Steps(sizes, Direction.values()[random.nextInt(2)]);
        sizesBefore = sizes.clone();
        boolean bias = random.nextInt(4) > 0;
        boolean projected = seed % 4 == 2;
        int output = projected ? 1 + random.nextInt(hidden) : hidden;
        int rows = steps.rows();
        inputHidden = Framed.of(random, 4 * hidden, input, numbers);
        hiddenHidden = Framed.of(random, 4 * hidden, output, numbers);
        inputBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        hiddenBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        projection = projected ? Framed.of(random, output, hidden, numbers) : null;
        x = Framed.of(random, rows, input, numbers);
        h = Framed.of(random, batch, output, numbers);
        c = Framed.of(random, batch, hidden, numbers);
        y = Framed.of(random, rows, output, numbers);
        lastH = Framed.of(random, batch, output, numbers);
        lastC = Framed.of(random, batch, hidden, numbers);
        saved = Framed.of(random, rows, 5 * hidden, numbers);
        dY = Framed.of(random, rows, output, numbers);
        dCells = random.nextInt(4) == 0 ? Framed.of(random, rows, hidden, numbers) : null;
        dLastH = Framed.of(random, batch, output, numbers);
        dLastC = Framed.of(random, batch, hidden, numbers);
        dX = random.nextInt(4) == 0 ? null : Framed.of(random, rows, input, numbers);
        dH = random.nextInt(4) == 0 ? null : Framed.of(random, batch, output, numbers);
        dC = dH == null ? null : Framed.of(random, batch, hidden, numbers);
        dInputHidden = Framed.of(random, 4 * hidden, input, numbers);
        dHiddenHidden = Framed.of(random, 4 * hidden, output, numbers);
        dBias = bias ? Framed.of(random, 1, 4 * hidden, numbers) : null;
        dProjection = projected ? Framed.of(random, output, hidden, numbers) : null;
        what = "lstm, seed %d: input %d, hidden %d%s, live rows %s, %s, %s bias, %s dx, %s gradient of the first states%s".formatted(seed, input, hidden,
                projected ? ", projected to " + output : "", Arrays.toString(sizes), steps.direction(), bias ? "with" : "without", dX == null ? "without" : "with",
                dH == null ? "without" : "with", dCells == null ? "" : ", and one of every cell state");
    }

    /** The same weights and the same shape, with other numbers in x and in everything given for the gradients. */
    LayerRun withOtherSequences(long seed) {
        LayerRun other = new LayerRun(this.seed, inputHidden.matrix().columns(), hidden(), steps.batch(), steps.count());
        other.savedWidth(saved.matrix().columns());
        Random random = new Random(seed + 1000);
        for (Framed changed : Arrays.asList(other.x, other.h, other.c, other.dY, other.dCells, other.dLastH, other.dLastC)) {
            if (changed == null) {
                continue;
            }
            for (int r = 0; r < changed.matrix().rows(); r++) {
                for (int j = 0; j < changed.matrix().columns(); j++) {
                    changed.matrix().set(r, j, random.nextFloat() * 2 - 1);
                }
            }
            changed.snapshot();
        }
        return other;
    }

    private static Matrix of(Framed framed) {
        return framed == null ? null : framed.matrix();
    }

    LSTMKernel.Prepared prepare(Backend backend) {
        LSTMKernel kernel = backend.lstm();
        return prepare(kernel.takes(weights()) ? kernel : new StepwiseLSTM(backend));
    }

    LSTMKernel.Prepared prepare(LSTMKernel kernel) {
        savedWidth(kernel.savedWidth(weights()));
        return kernel.prepare(weights());
    }

    private void savedWidth(int columns) {
        Random random = new Random(seed + 7);
        saved = Framed.of(random, steps.rows(), columns, random::nextFloat);
    }

    LSTMKernel.Weights weights() {
        return new LSTMKernel.Weights(of(inputHidden), of(hiddenHidden), of(inputBias), of(hiddenBias), of(projection));
    }

    LSTMKernel.States first() {
        return new LSTMKernel.States(of(h), of(c));
    }

    LSTMKernel.States last() {
        return new LSTMKernel.States(of(lastH), of(lastC));
    }

    LSTMKernel.Pass pass() {
        return new LSTMKernel.Pass(of(x), first(), of(y), of(saved));
    }

    /** Both ways, with weights prepared for it. */
    void forwardAndBackward(Backend backend) {
        forwardAndBackward(prepare(backend));
    }

    void forwardAndBackward(LSTMKernel kernel) {
        forwardAndBackward(prepare(kernel));
    }

    private void forwardAndBackward(LSTMKernel.Prepared prepared) {
        try (LSTMKernel.Prepared lstm = prepared) {
            forward(lstm);
            backward(lstm);
        }
    }

    void infer(LSTMKernel.Prepared lstm) {
        lstm.infer(steps, of(x), first(), of(y), last());
    }

    void forward(LSTMKernel.Prepared lstm) {
        lstm.forward(steps, pass(), last());
        cells = lstm.cells(of(saved));
    }

    void backward(LSTMKernel.Prepared lstm) {
        lstm.backward(steps, pass(), new LSTMKernel.OutputGradients(of(dY), of(dCells), new LSTMKernel.States(of(dLastH), of(dLastC))), new LSTMKernel.InputGradients(of(dX),
                dH == null ? null : new LSTMKernel.States(of(dH), of(dC)), of(dInputHidden), of(dHiddenHidden), of(dBias), of(dProjection)));
    }

    List<Framed> inputs() {
        return Arrays.asList(inputHidden, hiddenHidden, inputBias, hiddenBias, projection, x, h, c, dY, dCells, dLastH, dLastC);
    }

    private int hidden() {
        return hiddenHidden.matrix().rows() / 4;
    }

    int terms() {
        int hidden = hidden();
        return 8 * steps.count() * (inputHidden.matrix().columns() + (projection == null ? 1 : 2) * hidden + 8) + 4 * hidden + steps.rows();
    }

    private void compare(String rule, String which, boolean exact, Framed actual, Framed expected) {
        if (actual != null) {
            new Verdict(exact).check(rule, what + ": " + which, actual.matrix(), expected.matrix(), terms());
            actual.assertFrame("rule 2", what + ": " + which);
        }
    }

    void compareOutputs(String rule, boolean exact, LayerRun expected) {
        compare(rule, "y", exact, y, expected.y);
        String ends = rule.equals("rule 18") ? "rule 20" : rule;
        compare(ends, "the last h", exact, lastH, expected.lastH);
        compare(ends, "the last c", exact, lastC, expected.lastC);
    }

    void compareCells(String rule, boolean exact, LayerRun expected) {
        new Verdict(exact).check(rule, what + ": the cells of all steps", cells, expected.cells, terms());
    }

    void compareGradients(String rule, boolean exact, LayerRun expected) {
        compare(rule, "the gradient of x", exact, dX, expected.dX);
        compare(rule, "the gradient of the first h", exact, dH, expected.dH);
        compare(rule, "the gradient of the first c", exact, dC, expected.dC);
        compare(rule, "the gradient of W_ih", exact, dInputHidden, expected.dInputHidden);
        compare(rule, "the gradient of W_hh", exact, dHiddenHidden, expected.dHiddenHidden);
        compare(rule, "the gradient of the bias", exact, dBias, expected.dBias);
        compare(rule, "the gradient of W_hr", exact, dProjection, expected.dProjection);
    }

    void assertInputsUnchanged() {
        inputs().stream().filter(input -> input != null).forEach(input -> input.assertUnchanged("rule 5", what + ": an input"));
        if (!Arrays.equals(steps.batchSizes(), sizesBefore)) {
            throw new AssertionError("rule 5: " + what + ": the batch sizes were changed to " + Arrays.toString(steps.batchSizes()));
        }
    }

    /** The outputs against the equations in double, for every sequence on its own. */
    void compareWithEquations(String rule) {
        List<double[]> parameters = new ArrayList<>();
        for (Framed parameter : Arrays.asList(inputHidden, hiddenHidden, inputBias, hiddenBias, projection)) {
            if (parameter != null) {
                parameters.add(flat(parameter.matrix()));
            }
        }
        OracleLSTM oracle = new OracleLSTM(hidden(), projection == null ? 0 : projection.matrix().rows(), 1, 1, inputBias != null);
        int[] sizes = steps.batchSizes();
        for (int b = 0; b < steps.batch(); b++) {
            List<Integer> rows = new ArrayList<>();
            for (int t = 0, row = 0; t < sizes.length; row += sizes[t], t++) {
                if (b < sizes[t]) {
                    rows.add(row + b);
                }
            }
            if (steps.direction() == Direction.REVERSE) {
                Collections.reverse(rows); // to the oracle, a sequence that begins at its end
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
