package dev.sluice.core.train;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * Adam (Kingma and Ba, 2015), in float32 with fused multiply-add, element by element at step t:
 * <pre>
 * m = m + (1 − β₁)·(g − m)                 v = β₂·v + (1 − β₂)·g·g
 * p = p − rate/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 * </pre>
 * A new m that is smaller than any normal number (2⁻¹²⁶) is 0, and so is a new v if ε is not 0: no weight would feel them, and processors are many times slower with such numbers.
 *
 * <p>As <a href="https://pytorch.org/docs/stable/generated/torch.optim.Adam.html">torch.optim.Adam</a>, with its defaults; weight decay, if
 * any, is added to the gradient. See {@link AdamW} for the other kind.
 */
public class Adam extends Optimizer {
    private final Options options;
    private final boolean decayApart;

    /**
     * @param beta1 how much of the mean of gradients is kept at each step
     * @param beta2 how much of the mean of their squares is kept at each step
     * @param epsilon what is added to the root, against division by zero
     * @param weightDecay how strongly weights are drawn to zero
     */
    public record Options(double beta1, double beta2, double epsilon, double weightDecay) {
        public Options {
            if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0 && weightDecay >= 0)) {
                throw new IllegalArgumentException("Adam: beta1 " + beta1 + ", beta2 " + beta2 + ", epsilon " + epsilon + ", weight decay " + weightDecay
                        + "; betas from 0 to below 1 are required, and the others 0 or more");
            }
        }

        /** 0.9, 0.999, 1e−8, and no decay. */
        public static Options defaults() {
            return new Options(0.9, 0.999, 1e-8, 0);
        }

        private String changes(Options defaults) {
            return (beta1 == defaults.beta1 ? "" : ", beta1=" + beta1) + (beta2 == defaults.beta2 ? "" : ", beta2=" + beta2) + (epsilon == defaults.epsilon ? "" : ", epsilon=" + epsilon)
                    + (weightDecay == defaults.weightDecay ? "" : ", weightDecay=" + weightDecay);
        }
    }

    public Adam(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.defaults());
    }

    public Adam(List<Tensor> parameters, double learningRate, Options options) {
        this(parameters, learningRate, options, false);
    }

    Adam(List<Tensor> parameters, double learningRate, Options options, boolean decayApart) {
        super(parameters, learningRate, 2);
        this.options = options;
        this.decayApart = decayApart;
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("beta1", "" + options.beta1, "beta2", "" + options.beta2, "epsilon", "" + options.epsilon, "weight decay", "" + options.weightDecay);
    }

    @Override
    String changes() {
        return options.changes(decayApart ? AdamW.DEFAULTS : Options.defaults());
    }

    @Override
    protected void update(Matrix parameter, Matrix gradient, Matrix[] state, int step) {
        float rate = (float) (learningRate() / (1 - StrictMath.pow(options.beta1, step)));
        float root = (float) Math.sqrt(1 - StrictMath.pow(options.beta2, step));
        Matrix mean = state[0], squares = state[1];
        MemorySegment p = parameter.segment(), g = gradient.segment(), m = mean.segment(), v = squares.segment();
        float fresh1 = (float) (1 - options.beta1);
        float fresh2 = (float) (1 - options.beta2);
        float kept2 = (float) options.beta2;
        float epsilon = (float) options.epsilon;
        float decay = decayApart ? 0f : (float) options.weightDecay;
        float leastSquares = epsilon > 0 ? Float.MIN_NORMAL : 0f;
        float keep = decayApart ? (float) (1 - learningRate() * options.weightDecay) : 1f;
        long count = (long) parameter.rows() * parameter.columns();
        for (long i = 0; i < count; i++) {
            float weight = p.getAtIndex(JAVA_FLOAT, parameter.offset() + i);
            float slope = Math.fma(decay, weight, g.getAtIndex(JAVA_FLOAT, gradient.offset() + i));
            float oldMean = m.getAtIndex(JAVA_FLOAT, mean.offset() + i);
            float newMean = normal(Math.fma(fresh1, slope - oldMean, oldMean));
            float newSquares = Math.fma(fresh2 * slope, slope, kept2 * v.getAtIndex(JAVA_FLOAT, squares.offset() + i));
            newSquares = newSquares < leastSquares ? 0f : newSquares;
            float size = (float) Math.sqrt(newSquares) / root + epsilon;
            m.setAtIndex(JAVA_FLOAT, mean.offset() + i, newMean);
            v.setAtIndex(JAVA_FLOAT, squares.offset() + i, newSquares);
            p.setAtIndex(JAVA_FLOAT, parameter.offset() + i, Math.fma(-rate, newMean / size, weight * keep));
        }
    }
}
