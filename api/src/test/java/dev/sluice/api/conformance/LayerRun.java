package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
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
    final Framed inputHidden, hiddenHidden, inputBias, hiddenBias;
    final Framed x, h, c, y, lastH, lastC;
    Framed saved; // as wide as the kernel wants
    private final Framed dY, dLastH, dLastC, dX, dH, dC, dInputHidden, dHiddenHidden, dBias;

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
        saved = Framed.of(random, rows, 5 * hidden, numbers);
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

    /** The same weights and the same shape, with other numbers in x and in everything given for the gradients. */
    LayerRun withOtherSequences(long seed) {
        LayerRun other = new LayerRun(this.seed, inputHidden.matrix().columns(), hiddenHidden.matrix().columns(), steps.batch(), steps.count());
        other.savedWidth(saved.matrix().columns());
        Random random = new Random(seed + 1000);
        for (Framed changed : List.of(other.x, other.h, other.c, other.dY, other.dLastH, other.dLastC)) {
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
        return prepare(backend.lstm());
    }

    private LSTMKernel.Prepared prepare(LSTMKernel kernel) {
        savedWidth(kernel.savedWidth(hiddenHidden.matrix().columns()));
        return kernel.prepare(weights());
    }

    private void savedWidth(int columns) {
        Random random = new Random(seed + 7);
        saved = Framed.of(random, steps.rows(), columns, random::nextFloat);
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
        return new LSTMKernel.Pass(of(x), first(), of(y), of(saved));
    }

    /** Both ways, with weights prepared for it. */
    void forwardAndBackward(LSTMKernel kernel) {
        try (LSTMKernel.Prepared lstm = prepare(kernel)) {
            forward(lstm);
            backward(lstm);
        }
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

    int terms() {
        int hidden = hiddenHidden.matrix().columns();
        return 8 * steps.count() * (inputHidden.matrix().columns() + hidden + 8) + 4 * hidden + steps.rows();
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

    void compareGradients(String rule, boolean exact, LayerRun expected) {
        compare(rule, "the gradient of x", exact, dX, expected.dX);
        compare(rule, "the gradient of the first h", exact, dH, expected.dH);
        compare(rule, "the gradient of the first c", exact, dC, expected.dC);
        compare(rule, "the gradient of W_ih", exact, dInputHidden, expected.dInputHidden);
        compare(rule, "the gradient of W_hh", exact, dHiddenHidden, expected.dHiddenHidden);
        compare(rule, "the gradient of the bias", exact, dBias, expected.dBias);
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
