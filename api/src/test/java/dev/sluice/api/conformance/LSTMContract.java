package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.StepwiseLSTM;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Rules about {@link LSTMKernel}: whatever a backend does inside, it gives what {@link StepwiseLSTM} gives. */
public interface LSTMContract extends ProviderContract {
    /** One direction of a layer over a packed batch, with all that goes in and comes out, anywhere in memory. */
    final class Run {
        private final String what;
        private final LSTMKernel.Steps steps;
        private final Framed inputHidden, hiddenHidden, inputBias, hiddenBias;
        private final Framed x, h, c, y, lastH, lastC, gates, cells;
        private final Framed dY, dLastH, dLastC, dX, dH, dC, dInputHidden, dHiddenHidden, dBias;

        Run(long seed) {
            this(seed, 1 + new Random(seed).nextInt(20), 1 + new Random(seed + 1).nextInt(34), new Random(seed + 2).nextInt(7), 1 + new Random(seed + 3).nextInt(8));
        }

        Run(long seed, int input, int hidden, int batch, int longest) {
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

        private void compare(String rule, String which, boolean exact, List<Framed> actual, List<Framed> expected) {
            for (int i = 0; i < actual.size(); i++) {
                if (actual.get(i) != null) {
                    new Verdict(exact).check(rule, what + ": " + which + " " + i, actual.get(i).matrix(), expected.get(i).matrix(), terms());
                    actual.get(i).assertFrame("rule 2", what + ": " + which + " " + i);
                }
            }
        }

        void compareOutputs(String rule, Backend backend, Run expected) {
            compare(rule, "y", backend.isExact(), List.of(y), List.of(expected.y));
            compare(rule.equals("rule 18") ? "rule 20" : rule, "the last state (h, c)", backend.isExact(), List.of(lastH, lastC), List.of(expected.lastH, expected.lastC));
        }

        void compareGradients(String rule, Backend backend, Run expected) {
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

    /** The run with the results and gradients that it must have. */
    private static Run expected(long seed) {
        Run run = new Run(seed);
        try (LSTMKernel.Prepared lstm = new StepwiseLSTM(new ReferenceBackend()).prepare(run.weights())) {
            run.forward(lstm);
            run.backward(lstm);
        }
        return run;
    }

    @Test
    default void rule18_forwardIsTheStepwiseRecurrence_rule20_statesAreThoseOfEachSequencesEnds() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            Run expected = expected(seed), actual = new Run(seed);
            try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                actual.forward(lstm);
            }
            actual.compareOutputs("rule 18", backend, expected);
            actual.compareWithEquations("rule 18");
            actual.gates.assertFrame("rule 2", actual.what + ": gates");
            actual.cells.assertFrame("rule 2", actual.what + ": cells");
            actual.assertInputsUnchanged();
        }
    }

    @Test
    default void rule19_gradientsAreThoseOfTheStepwiseRecurrenceAndCanBeTakenAgain() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            Run expected = expected(seed), actual = new Run(seed);
            try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                actual.forward(lstm);
                for (int time = 1; time <= 2; time++) {
                    actual.backward(lstm);
                    actual.compareGradients("rule 19", backend, expected);
                    actual.compareOutputs("rule 19", backend, expected);
                }
            }
            actual.assertInputsUnchanged();
        }
    }

    @Test
    default void rule21_inferenceGivesWhatForwardGives() {
        Backend backend = open(1);
        for (int seed = 0; seed < 40; seed++) {
            Run forward = new Run(seed), infer = new Run(seed);
            try (LSTMKernel.Prepared lstm = infer.prepare(backend)) {
                forward.forward(lstm);
                infer.infer(lstm);
            }
            infer.compareOutputs("rule 21", backend, forward);
            infer.assertInputsUnchanged();
        }
    }

    @Test
    default void rule22_preparedWeightsAreThoseOfTheirPreparation() {
        Backend backend = open(1);
        for (int seed = 0; seed < 10; seed++) {
            Run run = new Run(seed + 100, 5, 9, 3, 4), changed = new Run(seed + 100, 5, 9, 3, 4);
            run.prepare(backend).close();
            for (Run each : List.of(run, changed)) {
                for (int r = 0; r < 36; r++) {
                    each.inputHidden.matrix().set(r, seed % 5, 0.25f * seed);
                    each.hiddenHidden.matrix().set(r, seed % 9, -0.125f * seed);
                }
            }
            try (LSTMKernel.Prepared expected = new StepwiseLSTM(new ReferenceBackend()).prepare(changed.weights()); LSTMKernel.Prepared lstm = run.prepare(backend)) {
                changed.forward(expected);
                changed.backward(expected);
                run.forward(lstm);
                run.backward(lstm);
            }
            run.compareOutputs("rule 22", backend, changed);
            run.compareGradients("rule 22", backend, changed);
        }
    }

    @Test
    default void rule09_manyThreadsMayCallAtOnce() throws Exception {
        Backend backend = open(2);
        Run expected = new Run(7, 20, 33, 6, 12);
        try (ExecutorService threads = Executors.newFixedThreadPool(4); LSTMKernel.Prepared lstm = expected.prepare(backend)) {
            expected.forward(lstm);
            expected.backward(lstm);
            List<Future<?>> done = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                done.add(threads.submit(() -> {
                    for (int time = 0; time < 25; time++) {
                        Run run = new Run(7, 20, 33, 6, 12);
                        run.forward(lstm);
                        run.backward(lstm);
                        run.compareOutputs("rule 9", backend, expected);
                        run.compareGradients("rule 9", backend, expected);
                    }
                }));
            }
            for (Future<?> each : done) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("rule 9: four threads at once: " + e.getCause().getMessage(), e.getCause());
                }
            }
        }
    }

    @Test
    default void rule10_layersDoNotDependOnThreads() {
        for (int seed = 0; seed < 6; seed++) {
            Run one = new Run(seed, 40, 60, 30, 5);
            Backend alone = open(1);
            try (LSTMKernel.Prepared lstm = one.prepare(alone)) {
                one.forward(lstm);
                one.backward(lstm);
            }
            for (int threads = 2; threads <= 4; threads++) {
                Run several = new Run(seed, 40, 60, 30, 5);
                try (LSTMKernel.Prepared lstm = several.prepare(open(threads))) {
                    several.forward(lstm);
                    several.backward(lstm);
                }
                several.compare("rule 10", threads + " threads: result", true, several.outputs(), one.outputs());
                several.compare("rule 10", threads + " threads: gradient", true, several.gradients(), one.gradients());
            }
        }
    }

    @Test
    default void rule23_anAbandonedPassLeavesNothingBehind() {
        Backend backend = open(1);
        Run expected = expected(11), actual = new Run(11);
        try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
            new Run(12, actual.inputHidden.matrix().columns(), actual.hiddenHidden.matrix().columns(), 4, 3).forward(lstm); // no backward follows
            try {
                lstm.forward(actual.steps, null, null);
            } catch (RuntimeException failedAsItShould) {
                // and the kernel goes on working
            }
            actual.forward(lstm);
            actual.backward(lstm);
        }
        actual.compareOutputs("rule 23", backend, expected);
        actual.compareGradients("rule 23", backend, expected);
    }

    @Test
    default void rule16_notANumberStaysInItsSequence() {
        Backend backend = open(1);
        for (int seed = 0; seed < 10; seed++) {
            Run expected = new Run(seed, 6, 17, 5, 6), actual = new Run(seed, 6, 17, 5, 6);
            for (Run run : List.of(expected, actual)) {
                run.x.matrix().set(seed % 5, seed % 6, Float.NaN);
                run.x.snapshot();
            }
            try (LSTMKernel.Prepared reference = new StepwiseLSTM(new ReferenceBackend()).prepare(expected.weights()); LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                expected.forward(reference);
                actual.forward(lstm);
            }
            actual.compareOutputs("rule 16", backend, expected);
        }
    }
}
