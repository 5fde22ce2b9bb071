package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;

/**
 * What the library computes; the rest is the Java backend's. The figures follow measurements (the README has them), and depend on sizes alone, so that a program
 * gives the same bits each time.
 *
 * @param rows products with a prepared matrix, such as the recurrent weights, of at least so many rows
 * @param work other products of at least so many multiply-adds
 * @param training layers of at least this hidden size when gradients will be wanted
 * @param inference layers of at least this hidden size when none will
 */
record Choice(int rows, long work, int training, int inference) {
    /** Against plain loops a library wins as soon as its call is paid for. */
    private static final Choice BESIDE_LOOPS = new Choice(1, 4_000, 1, 1);

    /** Against SIMD in Java, which keeps weights laid out and fuses products with gates, it wins on large products of many rows, of which a training has more. */
    private static final Choice BESIDE_SIMD = new Choice(256, 1_000_000, 1024, Integer.MAX_VALUE);

    static Choice beside(Backend java) {
        return java.name().equals("scalar") ? BESIDE_LOOPS : BESIDE_SIMD;
    }
}
