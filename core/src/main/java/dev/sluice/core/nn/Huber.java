package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;

/**
 * ½d² where |d| ≤ δ, else δ·(|d| − ½δ), of d = prediction − target: squares, but single errors that are large do not outweigh all others (Huber, 1964). As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html">torch.nn.HuberLoss</a>.
 */
public final class Huber extends ElementLoss<Huber> {
    private static final double DELTA = 1;

    private final double delta;

    /** With δ = 1. */
    public Huber() {
        this(DELTA);
    }

    /**
     * @param delta from which difference on the loss grows in a straight line
     * @throws IllegalArgumentException unless it is positive
     */
    public Huber(double delta) {
        this(delta, Reduction.MEAN, false);
    }

    private Huber(double delta, Reduction reduction, boolean zeroIfNoneCounts) {
        super(reduction, zeroIfNoneCounts);
        if (!(delta > 0)) {
            throw new IllegalArgumentException("Huber: delta " + delta + "; a positive number is required");
        }
        this.delta = delta;
    }

    @Override
    Huber with(Reduction reduction, boolean zeroIfNoneCounts) {
        return new Huber(delta, reduction, zeroIfNoneCounts);
    }

    @Override
    Tensor each(Tensor prediction, Tensor target) {
        return ElementLosses.of("Huber", prediction, target, (x, t) -> {
            double distance = Math.abs(x - t);
            return distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta);
        }, (x, t) -> Math.clamp(x - t, -delta, delta), (x, t) -> Math.clamp(t - x, -delta, delta));
    }

    @Override
    String settings() {
        return delta == DELTA ? "" : "delta=" + delta;
    }
}
