package dev.sluice.examples.benchmark;

/**
 * What a pass costs at least.
 *
 * @param batched operations of products that can be done at once, which a processor can do at its full rate
 * @param repeated operations of products that come one after the other
 * @param weights bytes of the matrices of these
 * @param times how often each of those is read
 */
public record Cost(double batched, double repeated, long weights, double times) {
    /** [m, k] times [k, n], some times one after the other. */
    public static Cost product(int m, int n, int k, int times) {
        return new Cost(0, 2.0 * times * m * n * k, 4L * n * k, times);
    }

    /** That many of these. */
    public Cost times(int count) {
        return new Cost(count * batched, count * repeated, weights, count * times);
    }

    /** All operations, two to a multiply-add. */
    public double flop() {
        return batched + repeated;
    }

    /**
     * The least seconds on one thread of this machine: all operations at the rate of fused multiply-adds between registers; or, if that takes longer, the repeated matrices read from the cache that they fit into.
     *
     * @param seconds that each limit is measured for
     */
    public double leastSeconds(double seconds) {
        double multiplyAdds = Limits.multiplyAdds(seconds);
        return batched / multiplyAdds + Math.max(repeated / multiplyAdds, times * weights / Limits.reads(weights, seconds));
    }
}
