package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules about the kernels that pass over rows: {@link Backend#addRow}, {@link Backend#sumRows}, {@link Backend#axpy}. */
public interface RowContract extends ProviderContract {
    private static Framed framed(Random random, int rows, int columns) {
        return Framed.of(random, rows, columns, () -> (float) Math.scalb(random.nextFloat() - 0.5, random.nextInt(20) - 10));
    }

    private static int size(Random random) {
        return ProductContract.SIZES[random.nextInt(ProductContract.SIZES.length)];
    }

    @Test
    default void rule12_sumsOfRowsAreTakenInTheirOrder() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int m = size(random), n = size(random);
            float beta = new float[] {0f, 1f, -0.5f}[seed % 3];
            Framed a = framed(random, m, n), row = framed(random, 1, n);
            if (beta == 0f) {
                row.matrix().fill(Float.NaN);
            }
            Framed expected = Framed.copyOf(row), actual = Framed.copyOf(row);
            new ReferenceBackend().sumRows(a.matrix(), beta, expected.matrix());
            backend.sumRows(a.matrix(), beta, actual.matrix());
            String what = "sumRows, seed %d: a %s, beta %s".formatted(seed, a.matrix(), beta);
            new Verdict(backend.isExact()).check("rule 12", what, actual.matrix(), expected.matrix(), 2 * m + 2);
            actual.assertFrame("rule 2", what);
            a.assertUnchanged("rule 5", what);
        }
    }

    @Test
    default void rule10_rowsDoNotDependOnThreads_rule04_norOnTheirNumber() {
        Random random = new Random(1);
        Framed a = framed(random, 300, 700), row = framed(random, 1, 700), x = framed(random, 300, 700);
        for (int threads = 1; threads <= 4; threads++) {
            Backend backend = open(threads);
            Framed sums = Framed.copyOf(row), expectedSums = Framed.copyOf(row), sum = Framed.copyOf(a), expectedSum = Framed.copyOf(a);
            new ReferenceBackend().sumRows(a.matrix(), 1f, expectedSums.matrix());
            new ReferenceBackend().addRow(row.matrix(), expectedSum.matrix());
            new ReferenceBackend().axpy(0.5f, x.matrix(), expectedSum.matrix());
            backend.sumRows(a.matrix(), 1f, sums.matrix());
            backend.addRow(row.matrix(), sum.matrix());
            backend.axpy(0.5f, x.matrix(), sum.matrix());
            String what = " on " + threads + " threads, [300, 700]";
            new Verdict(backend.isExact()).check("rule 10", "sumRows" + what, sums.matrix(), expectedSums.matrix(), 604);
            new Verdict(backend.isExact()).check("rule 10", "addRow and axpy" + what, sum.matrix(), expectedSum.matrix(), 6);
        }
    }

    @Test
    default void rule13_rowsAreAddedAndMultiplesAddedWithOneRounding() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int m = size(random), n = size(random);
            Framed row = framed(random, 1, n), x = framed(random, m, n), c = framed(random, m, n);
            Framed expected = Framed.copyOf(c), actual = Framed.copyOf(c);
            new ReferenceBackend().addRow(row.matrix(), expected.matrix());
            backend.addRow(row.matrix(), actual.matrix());
            String what = "seed %d: [%d, %d]".formatted(seed, m, n);
            new Verdict(backend.isExact()).check("rule 13", "addRow, " + what, actual.matrix(), expected.matrix(), 2);
            row.assertUnchanged("rule 5", "addRow, " + what);
            float alpha = new float[] {1f, -1f, 0.3f, 0f}[seed % 4];
            new ReferenceBackend().axpy(alpha, x.matrix(), expected.matrix());
            backend.axpy(alpha, x.matrix(), actual.matrix());
            new Verdict(backend.isExact()).check("rule 13", "axpy, alpha " + alpha + ", " + what, actual.matrix(), expected.matrix(), 4);
            actual.assertFrame("rule 2", what);
            x.assertUnchanged("rule 5", "axpy, " + what);
        }
    }
}
