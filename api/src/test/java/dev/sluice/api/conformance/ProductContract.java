package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rules about {@link Backend#gemm}. */
public interface ProductContract extends ProviderContract {
    /** Zero, one, around the widths of vector registers, and beyond blocks and caches. */
    int[] SIZES = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 257};

    /** A product, its operands anywhere in memory. */
    record Product(long seed, Framed a, Transpose transposeA, Framed b, Transpose transposeB, float beta, Framed c) {
        static Product of(long seed, int m, int n, int k, float beta, Framed.Numbers numbers) {
            Random random = new Random(seed);
            return of(seed, random, Transpose.values()[random.nextInt(2)], m, n, k, beta, numbers);
        }

        /** One whose a is as stored, such as a prepared b can be multiplied with. */
        static Product stored(long seed, int m, int n, int k, float beta, Framed.Numbers numbers) {
            return of(seed, new Random(seed), Transpose.NO, m, n, k, beta, numbers);
        }

        private static Product of(long seed, Random random, Transpose transposeA, int m, int n, int k, float beta, Framed.Numbers numbers) {
            Transpose transposeB = Transpose.values()[random.nextInt(2)];
            Framed a = transposeA == Transpose.NO ? Framed.of(random, m, k, numbers) : Framed.of(random, k, m, numbers);
            Framed b = transposeB == Transpose.NO ? Framed.of(random, k, n, numbers) : Framed.of(random, n, k, numbers);
            return new Product(seed, a, transposeA, b, transposeB, beta, Framed.of(random, m, n, numbers));
        }

        void run(Backend backend, Framed result) {
            backend.gemm(a.matrix(), transposeA, b.matrix(), transposeB, beta, result.matrix());
        }

        int terms() {
            return transposeA.columns(a.matrix());
        }

        /** β·c + Σ a·b in double; of the magnitudes, if {@code absolute}. */
        double sum(int row, int column, boolean absolute) {
            double sum = beta == 0 ? 0 : beta * (double) c.before(row, column);
            sum = absolute ? Math.abs(sum) : sum;
            for (int k = 0; k < terms(); k++) {
                double term = (double) ReferenceBackend.element(a.matrix(), transposeA, row, k) * ReferenceBackend.element(b.matrix(), transposeB, k, column);
                sum += absolute ? Math.abs(term) : term;
            }
            return sum;
        }

        /** Compares {@code backend}'s result with the reference's, and looks around the operands. */
        void judge(String rule, Backend backend) {
            judge(rule, backend, result -> run(backend, result));
        }

        /** The same of any way to compute the product. */
        void judge(String rule, Backend backend, Consumer<Framed> run) {
            Framed expected = Framed.copyOf(c), actual = Framed.copyOf(c);
            run(new ReferenceBackend(), expected);
            run.accept(actual);
            new Verdict(backend.isExact()).check(rule, "" + this, actual.matrix(), expected.matrix(), (r, j) -> sum(r, j, false),
                    (r, j) -> (terms() + 2) * Math.ulp(0.5f) * sum(r, j, true) + Float.MIN_NORMAL);
            actual.assertFrame("rule 2", this + ": c");
            a.assertUnchanged("rule 5", this + ": a");
            b.assertUnchanged("rule 5", this + ": b");
        }

        @Override
        public String toString() {
            return "gemm, seed %d: a %s %s, b %s %s, beta %s, c %s".formatted(seed, a, transposed(transposeA), b, transposed(transposeB), beta, c.matrix());
        }

        private static String transposed(Transpose transpose) {
            return transpose == Transpose.NO ? "as stored" : "transposed";
        }
    }

    /** Numbers between −1 and 1. */
    static Framed.Numbers uniform(long seed) {
        Random random = new Random(seed + 1);
        return () -> random.nextFloat() * 2 - 1;
    }

    /** One of {@link #SIZES}. */
    static int size(Random random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    @Test
    default void rule01_offsetsAndStridesAreFollowed_rule02_nothingElseIsWritten_rule05_inputsStayAsTheyAre() {
        Backend backend = open(1);
        for (int seed = 0; seed < 30; seed++) {
            Product.of(seed, 5, 7, 6, 1f, uniform(seed)).judge("rule 1", backend);
        }
    }

    @Test
    default void rule03_productsOfNothingAreWritten() {
        Backend backend = open(1);
        for (int seed = 0; seed < 8; seed++) {
            Product.of(seed, 4, 9, 0, 0f, uniform(seed)).judge("rule 3", backend);
            Product.of(seed, 4, 9, 0, 0.5f, uniform(seed)).judge("rule 3", backend);
            Product.of(seed, 0, 9, 3, 1f, uniform(seed)).judge("rule 3", backend);
            Product.of(seed, 4, 0, 3, 0f, uniform(seed)).judge("rule 3", backend);
        }
    }

    @Test
    default void rule04_anySizeOfProduct() {
        Backend backend = open(1);
        for (int seed = 0; seed < 120; seed++) {
            Random random = new Random(seed);
            Product.of(seed, size(random), size(random), size(random), seed % 2, uniform(seed)).judge("rule 4", backend);
        }
        Product.of(0, 20, 800, 800, 0f, uniform(0)).judge("rule 4", backend); // larger than the caches of one core
        Product.of(1, 3, 2100, 40, 1f, uniform(1)).judge("rule 4", backend);
        Product.of(2, 2100, 3, 40, 1f, uniform(2)).judge("rule 4", backend);
    }

    @Test
    default void rule06_betaZeroNeverReadsTheOutput() {
        Backend backend = open(1);
        for (int seed = 0; seed < 8; seed++) {
            Product product = Product.of(seed, 5, 17, 8, 0f, uniform(seed));
            product.c().matrix().fill(seed % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
            product.c().snapshot();
            product.judge("rule 6", backend);
        }
    }

    @Test
    default void rule07_anyOtherBetaMultipliesTheOutput() {
        Backend backend = open(1);
        for (int seed = 0; seed < 20; seed++) {
            Product.of(seed, 6, 9, 5, new float[] {1f, -1f, 0.5f, 3f}[seed % 4], uniform(seed)).judge("rule 7", backend);
        }
    }

    @Test
    default void rule11_anElementOfAProductIsOneChainOfFusedMultiplyAdds() {
        Backend backend = open(1);
        for (int seed = 0; seed < 12; seed++) {
            // Terms of very different size: any other order or grouping shows.
            Random random = new Random(seed);
            Product.of(seed, 9, 21, 300, seed % 2, () -> (float) Math.scalb(random.nextFloat() - 0.5, random.nextInt(24) - 12)).judge("rule 11", backend);
        }
        for (int seed = 0; seed < 4; seed++) {
            Product.of(seed, 33, 40, 1100, 1f, uniform(seed)).judge("rule 11", backend);
        }
    }

    @Test
    default void rule10_productsAreTheSameEachTimeAndExactOnesOnAnyNumberOfThreads() {
        Backend alone = open(1);
        for (int threads = 2; threads <= 4; threads++) {
            Backend backend = open(threads);
            for (int[] size : new int[][] {{1, 300, 300}, {300, 1, 300}, {130, 120, 110}, {3, 1000, 64}, {1000, 3, 64}, {2, 2, 20000}}) {
                Product product = Product.of(threads, size[0], size[1], size[2], 1f, uniform(threads));
                Framed one = Framed.copyOf(product.c());
                product.run(backend.isExact() ? alone : backend, one);
                for (int time = 0; time < 5; time++) { // a race does not show each time
                    Framed several = Framed.copyOf(product.c());
                    product.run(backend, several);
                    new Verdict(true).check("rule 10", threads + " threads, " + product, several.matrix(), one.matrix(), 0);
                }
                product.judge("rule 11", backend);
            }
        }
    }

    @Test
    default void rule05_nothingOfTheOperandsIsKeptForTheNextProduct() {
        Backend backend = open(1);
        for (int seed = 0; seed < 6; seed++) {
            Product product = Product.of(seed, 6, 33, 20, 0f, uniform(seed));
            for (int time = 0; time < 3; time++) {
                product.a().matrix().set(time, time, time + 2f);
                product.b().matrix().set(time + 1, time, time - 3f);
                product.a().snapshot();
                product.b().snapshot();
                product.judge("rule 5", backend);
            }
        }
    }

    @Test
    default void rule09_manyThreadsMayMultiplyAtOnce() throws Exception {
        Backend backend = open(2);
        Callers.run("operands", caller -> {
            for (int time = 0; time < 40; time++) {
                Product.of(10 * caller + time % 3, 20 + time % 5, 50, 40, 1f, uniform(10 * caller)).judge("rule 9", backend);
            }
        });
    }

    @Test
    default void rule16_notANumberAndInfinityGoWhereTheyBelongAndNowhereElse() {
        Backend backend = open(1);
        float[] special = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (int seed = 0; seed < 30; seed++) {
            Product product = Product.of(seed, 7, 19, 13, seed % 2, uniform(seed));
            Random random = new Random(seed);
            Matrix hit = (seed % 3 == 0 ? product.a() : product.b()).matrix();
            hit.set(random.nextInt(hit.rows()), random.nextInt(hit.columns()), special[seed % special.length]);
            Matrix other = (seed % 3 == 0 ? product.b() : product.a()).matrix();
            other.set(random.nextInt(other.rows()), random.nextInt(other.columns()), 0f);
            product.a().snapshot();
            product.b().snapshot();
            product.judge("rule 16", backend);
        }
        // Infinity in the last row of b: a kernel that pads k with zeros makes NaN of 0·∞.
        for (int k = 1; k <= 33; k++) {
            Product product = Product.of(k, 3, 18, k, 0f, () -> Float.POSITIVE_INFINITY);
            product.judge("rule 16", backend);
        }
    }

    @Test
    default void rule17_denormalsAndSignedZerosAreKept() {
        Backend backend = open(1);
        if (!backend.isExact()) {
            return; // only the exact promise this
        }
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            Product.of(seed, 5, 18, 3, 1f, () -> random.nextInt(3) == 0 ? -0f : (float) Math.scalb(random.nextFloat() - 0.5, -70)).judge("rule 17", backend);
        }
    }
}
