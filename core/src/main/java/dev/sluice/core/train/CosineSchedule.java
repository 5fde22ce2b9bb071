package dev.sluice.core.train;

import java.util.Map;

/**
 * rate = last + (first − last)·(1 + cos(π·n / calls)) / 2 after n calls (Loshchilov and Hutter, 2017), and the last rate from then on. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html">CosineAnnealingLR</a>, which would
 * climb again.
 */
public final class CosineSchedule extends CountedSchedule {
    private final Optimizer optimizer;
    private final double first;
    private final double last;
    private final int total;

    /**
     * Begins with the optimizer's rate of now.
     *
     * @param total the number of calls after which the rate is the last one
     * @param last 0 or more
     */
    public CosineSchedule(Optimizer optimizer, int total, double last) {
        if (total < 1 || !(last >= 0)) {
            throw new IllegalArgumentException("CosineSchedule: " + total + " calls to a rate of " + last + "; at least 1 call and a rate of 0 or more are required");
        }
        this.optimizer = optimizer;
        this.first = optimizer.learningRate();
        this.last = last;
        this.total = total;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of("first", "" + first, "last", "" + last, "total", "" + total);
    }

    @Override
    public void step() {
        calls = Math.min(calls + 1, total);
        optimizer.learningRate(last + (first - last) * (1 + StrictMath.cos(Math.PI * calls / total)) / 2);
    }
}
