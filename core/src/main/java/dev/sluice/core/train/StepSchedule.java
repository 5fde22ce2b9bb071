package dev.sluice.core.train;

import java.util.Map;

/**
 * rate = first rate · factor^⌊n / period⌋ after n calls, as
 * <a href="https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html">StepLR</a>.
 */
public final class StepSchedule extends CountedSchedule {
    private final Optimizer optimizer;
    private final double first;
    private final int period;
    private final double factor;

    public StepSchedule(Optimizer optimizer, int period, double factor) {
        if (period < 1 || !(factor > 0)) {
            throw new IllegalArgumentException("StepSchedule: period " + period + ", factor " + factor + "; a period of at least 1 and a positive factor are required");
        }
        this.optimizer = optimizer;
        this.first = optimizer.learningRate();
        this.period = period;
        this.factor = factor;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("first", "" + first, "period", "" + period, "factor", "" + factor);
    }

    @Override
    public void step() {
        calls++;
        optimizer.learningRate(first * StrictMath.pow(factor, calls / period));
    }
}
