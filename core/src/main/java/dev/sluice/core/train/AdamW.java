package dev.sluice.core.train;

import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * {@link Adam} with weight decay apart from the gradient (Loshchilov and Hutter, 2019): p is first multiplied by 1 − rate·decay. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html">torch.optim.AdamW</a>, with its defaults.
 */
public final class AdamW extends Adam {
    static final Options DEFAULTS = new Options(0.9, 0.999, 1e-8, 0.01);

    /** With β of 0.9 and 0.999, ε of 10⁻⁸ and a decay of 0.01. */
    public AdamW(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, DEFAULTS);
    }

    /**
     * @param options with a decay of its own: {@link Options#defaults} has none
     */
    public AdamW(List<Tensor> parameters, double learningRate, Options options) {
        super(parameters, learningRate, options, true);
    }
}
