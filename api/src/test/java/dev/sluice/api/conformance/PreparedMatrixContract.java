package dev.sluice.api.conformance;

import static dev.sluice.api.conformance.ProductContract.size;
import static dev.sluice.api.conformance.ProductContract.uniform;

import dev.sluice.api.Backend;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.conformance.ProductContract.Product;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules about {@link Backend#prepare}: a product with a prepared matrix is the product. */
public interface PreparedMatrixContract extends ProviderContract {
    private static PreparedMatrix prepare(Backend backend, Product product) {
        return backend.prepare(product.b().matrix(), product.transposeB());
    }

    /** Judges a product, prepared for this once. */
    private static void judge(String rule, Backend backend, Product product) {
        product.judge(rule, backend, result -> {
            try (PreparedMatrix b = prepare(backend, product)) {
                b.multiply(product.a().matrix(), product.beta(), result.matrix());
            }
        });
    }

    @Test
    default void rule04_preparedMatricesOfAnySize() {
        Backend backend = open(1);
        for (int seed = 0; seed < 80; seed++) {
            Random random = new Random(seed);
            judge("rule 4", backend, Product.stored(seed, size(random), size(random), size(random), seed % 2, uniform(seed)));
        }
        judge("rule 4", backend, Product.stored(0, 5, 1100, 1000, 1f, uniform(0))); // larger than the caches of one core
    }

    @Test
    default void rule06_betaZeroNeverReadsTheOutputOfAPreparedProduct_rule07_anyOtherMultipliesIt() {
        Backend backend = open(1);
        for (int seed = 0; seed < 12; seed++) {
            Product product = Product.stored(seed, 5, 17, 8, new float[] {0f, -1f, 0.5f}[seed % 3], uniform(seed));
            if (product.beta() == 0f) {
                product.c().matrix().fill(Float.NaN);
                product.c().snapshot();
            }
            judge(product.beta() == 0f ? "rule 6" : "rule 7", backend, product);
        }
    }

    @Test
    default void rule11_aPreparedProductSumsAsAnyOther() {
        Backend backend = open(1);
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            judge("rule 11", backend, Product.stored(seed, 9, 21, 300, seed % 2, () -> (float) Math.scalb(random.nextFloat() - 0.5, random.nextInt(24) - 12)));
        }
    }

    @Test
    default void rule22_aPreparedMatrixIsThatOfItsPreparation() {
        Backend backend = open(1);
        for (int seed = 0; seed < 6; seed++) {
            Product product = Product.stored(seed, 6, 33, 20, 0f, uniform(seed));
            for (int time = 0; time < 3; time++) {
                product.b().matrix().set(time + 1, time, time - 3f);
                product.b().snapshot();
                judge("rule 22", backend, product);
            }
        }
    }

    @Test
    default void rule10_preparedProductsAreTheSameEachTimeAndExactOnesOnAnyNumberOfThreads() {
        Backend alone = open(1);
        for (int threads = 2; threads <= 4; threads++) {
            Backend backend = open(threads);
            for (int[] size : new int[][] {{1, 1000, 300}, {16, 600, 300}, {300, 130, 60}}) {
                Product product = Product.stored(threads, size[0], size[1], size[2], 1f, uniform(threads));
                Framed one = Framed.copyOf(product.c()), several = Framed.copyOf(product.c());
                try (PreparedMatrix b = prepare(backend.isExact() ? alone : backend, product); PreparedMatrix shared = prepare(backend, product)) {
                    b.multiply(product.a().matrix(), 1f, one.matrix());
                    shared.multiply(product.a().matrix(), 1f, several.matrix());
                }
                new Verdict(true).check("rule 10", threads + " threads, " + product, several.matrix(), one.matrix(), 0);
            }
        }
    }

    @Test
    default void rule09_manyThreadsMayUseAPreparedMatrix() throws Exception {
        Backend backend = open(2);
        Product first = Product.stored(5, 20, 50, 40, 1f, uniform(5));
        try (PreparedMatrix b = prepare(backend, first)) {
            Callers.run("operands", caller -> {
                Framed a = Framed.of(new Random(caller), 20, 40, uniform(caller));
                Product product = new Product(caller, a, first.transposeA(), first.b(), first.transposeB(), 1f, Framed.of(new Random(caller), 20, 50, uniform(caller)));
                for (int time = 0; time < 40; time++) {
                    product.judge("rule 9", backend, result -> b.multiply(a.matrix(), 1f, result.matrix()));
                }
            });
        }
    }
}
