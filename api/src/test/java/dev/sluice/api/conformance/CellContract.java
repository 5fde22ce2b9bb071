package dev.sluice.api.conformance;

import dev.sluice.api.Activations;
import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules about {@link Backend#lstmCell} and {@link Backend#lstmCellGradient}. */
public interface CellContract extends ProviderContract {
    /** Roundings that each number of a cell may be off from the equations, in a backend that is not exact. */
    int ROUNDINGS = 16;

    /** A step of an LSTM, its operands anywhere in memory. */
    record Cell(String what, Framed gates, Framed c, Framed nextC, Framed nextH, Framed dh, Framed dc, Framed dGates) {
        static Cell of(long seed, int m, int h, Framed.Numbers sums) {
            Random random = new Random(seed);
            Framed.Numbers numbers = () -> random.nextFloat() * 2 - 1;
            return new Cell("lstmCell, seed %d: [%d, %d]".formatted(seed, m, h), Framed.of(random, m, 4 * h, sums), Framed.of(random, m, h, numbers),
                    Framed.of(random, m, h, numbers), Framed.of(random, m, h, numbers), Framed.of(random, m, h, numbers), Framed.of(random, m, h, numbers),
                    Framed.of(random, m, 4 * h, numbers));
        }

        Cell copy() {
            return new Cell(what, Framed.copyOf(gates), Framed.copyOf(c), Framed.copyOf(nextC), Framed.copyOf(nextH), Framed.copyOf(dh), Framed.copyOf(dc),
                    Framed.copyOf(dGates));
        }

        void forward(Backend backend) {
            backend.lstmCell(gates.matrix(), c.matrix(), nextC.matrix(), nextH.matrix());
        }

        void backward(Backend backend) {
            gates.snapshot();
            nextC.snapshot();
            backend.lstmCellGradient(gates.matrix(), c.matrix(), nextC.matrix(), dh.matrix(), dc.matrix(), dGates.matrix());
        }

        /** The gates, each by its own function of its own sum. */
        private Framed activated() {
            Framed activated = Framed.copyOf(gates);
            int h = c.matrix().columns();
            for (int r = 0; r < c.matrix().rows(); r++) {
                for (int j = 0; j < 4 * h; j++) {
                    float sum = gates.before(r, j);
                    activated.matrix().set(r, j, j / h == 2 ? Activations.tanh(sum) : Activations.sigmoid(sum));
                }
            }
            return activated;
        }

        void judge(String forwardRule, String backwardRule, Backend backend) {
            Cell expected = copy(), actual = copy();
            expected.forward(new ReferenceBackend());
            actual.forward(backend);
            Verdict verdict = new Verdict(backend.isExact());
            verdict.check(forwardRule, what + ": c'", actual.nextC.matrix(), expected.nextC.matrix(), ROUNDINGS);
            verdict.check(forwardRule, what + ": h'", actual.nextH.matrix(), expected.nextH.matrix(), ROUNDINGS);
            // The gates keep their digits however small they are. A backend that is not exact may compute each on its own;
            // NaN in one then need not reach another of its unit.
            Matrix gates = backend.isExact() ? expected.gates.matrix() : activated().matrix();
            verdict.check(forwardRule, what + ": activated gates", actual.gates.matrix(), gates, gates::get, (r, j) -> Float.isNaN(expected.gates.matrix().get(r, j)) ? Double.POSITIVE_INFINITY : ROUNDINGS * Math.ulp(gates.get(r, j)));
            for (Framed output : new Framed[] {actual.nextC, actual.nextH, actual.gates}) {
                output.assertFrame("rule 2", what);
            }
            actual.c.assertUnchanged("rule 5", what + ": c");

            expected.backward(new ReferenceBackend());
            actual.backward(backend);
            verdict.check(backwardRule, what + ": gradient of the gates", actual.dGates.matrix(), expected.dGates.matrix(), 2 * ROUNDINGS);
            verdict.check(backwardRule, what + ": gradient of c", actual.dc.matrix(), expected.dc.matrix(), 2 * ROUNDINGS);
            for (Framed output : new Framed[] {actual.dc, actual.dGates}) {
                output.assertFrame("rule 2", what + ", gradient");
            }
            for (Framed input : new Framed[] {actual.gates, actual.c, actual.nextC, actual.dh}) {
                input.assertUnchanged("rule 5", what + ", gradient");
            }
        }
    }

    @Test
    default void rule14_theCellIsTheOneWritten_rule15_soIsItsGradient() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            double range = new double[] {1, 6, 60, 200}[seed % 4];
            Cell.of(seed, random.nextInt(12), 1 + random.nextInt(40), () -> (float) ((random.nextFloat() * 2 - 1) * range)).judge("rule 14", "rule 15", backend);
        }
    }

    @Test
    default void rule14_digitsAreKeptNearZero() {
        Backend backend = open(1);
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Cell.of(seed, 3, 17, () -> Math.scalb(random.nextFloat() * 2 - 1, -random.nextInt(100))).judge("rule 14", "rule 15", backend);
        }
    }

    @Test
    default void rule16_notANumberStaysInItsRowOfACell() {
        Backend backend = open(1);
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -0f, Float.MIN_VALUE};
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Cell cell = Cell.of(seed, 5, 18, () -> random.nextFloat() * 8 - 4);
            cell.gates.matrix().set(2, random.nextInt(72), special[seed % special.length]);
            cell.gates.snapshot();
            cell.judge("rule 16", "rule 16", backend);
        }
    }

    @Test
    default void rule10_cellsDoNotDependOnThreads() {
        for (int threads = 2; threads <= 4; threads++) {
            Random random = new Random(threads);
            Cell one = Cell.of(threads, 150, 90, () -> random.nextFloat() * 8 - 4), several = one.copy();
            Backend alone = open(1), backend = open(threads);
            one.forward(alone);
            one.backward(alone);
            several.forward(backend);
            several.backward(backend);
            Verdict verdict = new Verdict(true);
            verdict.check("rule 10", threads + " threads: h'", several.nextH.matrix(), one.nextH.matrix(), 0);
            verdict.check("rule 10", threads + " threads: gradient of the gates", several.dGates.matrix(), one.dGates.matrix(), 0);
            verdict.check("rule 10", threads + " threads: gradient of c", several.dc.matrix(), one.dc.matrix(), 0);
        }
    }
}
