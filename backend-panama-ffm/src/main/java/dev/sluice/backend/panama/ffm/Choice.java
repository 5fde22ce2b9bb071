package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;

/**
 * What the library computes; the rest is the Java backend's. The figures are from measurements (see the README's table of backends), and depend on sizes alone, so
 * that a program gives the same bits each time.
 *
 * @param rows products with a prepared matrix, such as the recurrent weights, of at least so many rows
 * @param work other products of at least so many multiply-adds
 * @param hidden layers of at least this hidden size, step by step; in smaller ones the Java backend's fused kernel is ahead
 */
record Choice(int rows, long work, int hidden) {
    /** Against plain loops a library wins as soon as its call is paid for. */
    private static final Choice BESIDE_LOOPS = new Choice(1, 4_000, 1);

    /** Against SIMD in Java, which keeps weights laid out and fuses products with gates, it wins on large products of many rows. */
    private static final Choice BESIDE_SIMD = new Choice(256, 1_000_000, 1024);

    static Choice beside(Backend java) {
        return java.name().equals("scalar") ? BESIDE_LOOPS : BESIDE_SIMD;
    }
}
