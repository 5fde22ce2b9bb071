package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.fail;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.Backends;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products that are large enough to be cut into pieces. */
@LibraryUnderTest
class ProductsTest {
    private static Backend open(int threads) {
        Workers workers = Workers.of(threads);
        return new PanamaFFMProvider().open(new BackendContext(workers, Backends.of(workers, AllByBlasProvider.inJava())));
    }

    private static Matrix random(Random random, int rows, int columns) {
        Matrix matrix = new Scratch((long) rows * columns).matrix(rows, columns);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix.set(r, c, random.nextFloat() - 0.5f);
            }
        }
        return matrix;
    }

    @Test
    void sumsAreRightOnAnyNumberOfThreadsAndTheSameEachTime() {
        for (int[] size : new int[][] {{1030, 1050, 520}, {70, 4100, 1030}, {4100, 70, 1030}, {300, 5000, 300}, {100, 90, 2000}}) {
            int m = size[0], n = size[1], k = size[2];
            Random random = new Random(m);
            Transpose transposeA = Transpose.values()[m / 10 % 2], transposeB = Transpose.values()[n / 50 % 2];
            Matrix a = transposeA == Transpose.NO ? random(random, m, k) : random(random, k, m), b = transposeB == Transpose.NO ? random(random, k, n) : random(random, n, k);
            Matrix exact = random(random, m, n);
            Backends.of(Workers.of(2), AllByBlasProvider.inJava()).best().gemm(a, transposeA, b, transposeB, 0f, exact);
            double bound = 2 * k * Math.ulp(0.5f) * 0.25 * k; // each of the roundings on either side, of sums of terms below 1/4
            for (int threads = 1; threads <= 6; threads++) {
                Matrix first = random(random, m, n), again = random(random, m, n);
                Backend backend = open(threads);
                backend.gemm(a, transposeA, b, transposeB, 0f, first);
                backend.gemm(a, transposeA, b, transposeB, 0f, again);
                for (int r = 0; r < m; r++) {
                    for (int c = 0; c < n; c++) {
                        if (!(first.get(r, c) == again.get(r, c) && Math.abs(first.get(r, c) - exact.get(r, c)) <= bound)) {
                            fail("%d × %d × %d on %d threads at %d, %d: %s, then %s; scalar has %s", m, n, k, threads, r, c, first.get(r, c), again.get(r, c), exact.get(r, c));
                        }
                    }
                }
            }
        }
    }
}
