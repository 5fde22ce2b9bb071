package dev.sluice.core.nn;

import dev.sluice.api.Activations;
import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * −log softmax(logits)[target] of each row whose target is not the ignored one, and the mean of it, unless {@link #reduction} says otherwise. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html">torch.nn.CrossEntropyLoss</a>.
 *
 * <pre>{@code
 * CrossEntropy loss = new CrossEntropy().classWeights(1, 1, 20).labelSmoothing(0.1);
 * }</pre>
 */
public final class CrossEntropy {
    private static final int IGNORED = -100;

    private final int ignored;
    private final boolean zeroIfNoneCounts;
    private final float[] classWeights; // or null: 1 each
    private final double labelSmoothing;
    private final Reduction reduction;

    /** Ignores targets of −100, as PyTorch does. */
    public CrossEntropy() {
        this(IGNORED);
    }

    public CrossEntropy(int ignored) {
        this(ignored, false, null, 0, Reduction.MEAN);
    }

    private CrossEntropy(int ignored, boolean zeroIfNoneCounts, float[] classWeights, double labelSmoothing, Reduction reduction) {
        this.ignored = ignored;
        this.zeroIfNoneCounts = zeroIfNoneCounts;
        this.classWeights = classWeights;
        this.labelSmoothing = labelSmoothing;
        this.reduction = reduction;
    }

    /** This loss, but 0, with gradients of 0, where no target counts: for batches of which some are all ignored. PyTorch gives NaN there. */
    public CrossEntropy zeroIfNoneCounts() {
        return new CrossEntropy(ignored, true, classWeights, labelSmoothing, reduction);
    }

    /**
     * This loss, where each row counts as much as its target's class: for classes that are rare. The mean is divided by the sum of the weights of the targets.
     *
     * @param weights of each class
     * @throws IllegalArgumentException when one is negative or no finite number
     */
    public CrossEntropy classWeights(float... weights) {
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0 && weights[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("CrossEntropy: the weight of class " + i + " is " + weights[i] + "; a finite number of 0 or more is required");
            }
        }
        return new CrossEntropy(ignored, zeroIfNoneCounts, weights.clone(), labelSmoothing, reduction);
    }

    /**
     * This loss, where of each row's target this part is shared out equally over all classes, its own included (Szegedy et al., 2016): so that logits do not grow beyond all bounds.
     *
     * @throws IllegalArgumentException unless 0 ≤ part ≤ 1
     */
    public CrossEntropy labelSmoothing(double part) {
        if (!(part >= 0 && part <= 1)) {
            throw new IllegalArgumentException("CrossEntropy: label smoothing " + part + "; a number from 0 to 1 is required");
        }
        return new CrossEntropy(ignored, zeroIfNoneCounts, classWeights, part, reduction);
    }

    /** This loss, reduced so; with {@link Reduction#NONE}, a row whose target is ignored has 0. */
    public CrossEntropy reduction(Reduction reduction) {
        return new CrossEntropy(ignored, zeroIfNoneCounts, classWeights, labelSmoothing, reduction);
    }

    /**
     * @param logits [rows, classes]
     * @param targets the class of each row
     * @return [], or [rows] with {@link Reduction#NONE}; differentiable
     * @throws IllegalArgumentException when a target is no class, there is not one weight for each class, or nothing is left to take the mean of and
     *     {@link #zeroIfNoneCounts} was not chosen
     */
    public Tensor of(Tensor logits, int[] targets) {
        requireTargets(logits.shape(), targets);
        double divisor = divisor(targets);
        Tensor logProbabilities = Gradients.off(logits::logSoftmax);
        Matrix log = logProbabilities.matrix();
        double sum = 0;
        float[] losses = new float[targets.length];
        for (int r = 0; r < targets.length; r++) {
            if (targets[r] != ignored) {
                double loss = loss(log, r, targets[r]);
                losses[r] = (float) loss;
                sum += loss;
            }
        }
        Tensor loss = reduction == Reduction.NONE ? Tensor.of(losses) : Tensor.scalar((float) (sum / divisor));
        Gradients.record(new Loss(this, logits, logProbabilities, targets.clone(), (float) divisor), loss);
        return loss;
    }

    private void requireTargets(Shape shape, int[] targets) {
        if (shape.rank() != 2 || shape.size(0) != targets.length) {
            throw new IllegalArgumentException("CrossEntropy: logits are " + shape + " for " + targets.length + " targets; [" + targets.length
                    + ", classes] is required");
        }
        if (classWeights != null && classWeights.length != shape.size(1)) {
            throw new IllegalArgumentException("CrossEntropy: logits are " + shape + " for " + classWeights.length + " class weights; one for each class (" + shape.size(1) + ") is required");
        }
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] != ignored && (targets[i] < 0 || targets[i] >= shape.size(1))) {
                throw new IllegalArgumentException("CrossEntropy: target " + targets[i] + " at position " + i + "; classes go from 0 to "
                        + (shape.size(1) - 1) + ", and " + ignored + " is ignored");
            }
        }
    }

    /** What the sum is divided by: with a mean, the weights of the targets that count; infinity where there are none. */
    private double divisor(int[] targets) {
        if (reduction != Reduction.MEAN) {
            return 1;
        }
        double counted = 0;
        for (int target : targets) {
            counted += target == ignored ? 0 : weight(target);
        }
        if (counted == 0 && !zeroIfNoneCounts) {
            throw new IllegalArgumentException("CrossEntropy: none of the " + targets.length + " targets counts; at least one that is not "
                    + ignored + (classWeights == null ? "" : ", of a class with a weight,") + " is required; zeroIfNoneCounts() gives a loss of 0 instead");
        }
        return counted == 0 ? Double.POSITIVE_INFINITY : counted;
    }

    private double weight(int c) {
        return classWeights == null ? 1 : classWeights[c];
    }

    /** Σ −share · log probability of a row; a class without a share may be impossible. */
    private double loss(Matrix log, int row, int target) {
        boolean all = labelSmoothing > 0;
        double loss = 0;
        for (int c = all ? 0 : target; c < (all ? log.columns() : target + 1); c++) {
            double share = share(c, target, log.columns());
            loss -= share == 0 ? 0 : share * log.get(row, c);
        }
        return loss;
    }

    /** What −log of a class's probability counts in a row: (1 − smoothing)·weight of the target, and smoothing/classes·weight of each. */
    private double share(int c, int target, int classes) {
        return (c == target ? (1 - labelSmoothing) * weight(c) : 0) + labelSmoothing / classes * weight(c);
    }

    /** The name and what is not default. */
    @Override
    public String toString() {
        return Stream.of(ignored == IGNORED ? "" : "ignored=" + ignored, classWeights == null ? "" : "classWeights=" + Arrays.toString(classWeights),
                labelSmoothing == 0 ? "" : "labelSmoothing=" + labelSmoothing, reduction == Reduction.MEAN ? "" : "reduction=" + reduction, zeroIfNoneCounts ? "zeroIfNoneCounts=true" : "")
                .filter(setting -> !setting.isEmpty()).collect(Collectors.joining(", ", "CrossEntropy(", ")"));
    }

    private record Loss(CrossEntropy settings, Tensor logits, Tensor logProbabilities, int[] targets, float divisor) implements Operation {
        @Override
        public String name() {
            return "CrossEntropy";
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(logits);
        }

        /** (Σ shares · softmax − share) / divisor, row by row; without weights and smoothing, (softmax − one-hot) / divisor. */
        @Override
        public Tensor[] backward(Tensor[] gradients) {
            Tensor dLogits = Tensor.zeros(logits.shape().sizes());
            Matrix log = logProbabilities.matrix(), d = dLogits.matrixToWrite(), g = gradients[0].matrix();
            int classes = log.columns();
            for (int r = 0; r < targets.length; r++) {
                if (targets[r] != settings.ignored) {
                    float scale = g.get(0, settings.reduction == Reduction.NONE ? r : 0) / divisor;
                    double shares = 0;
                    for (int c = 0; c < classes; c++) {
                        shares += settings.share(c, targets[r], classes);
                    }
                    for (int c = 0; c < classes; c++) {
                        d.set(r, c, (float) (shares * Activations.exp(log.get(r, c)) - settings.share(c, targets[r], classes)) * scale);
                    }
                }
            }
            return new Tensor[] {dLogits};
        }

        @Override
        public void release() {
            logProbabilities.recycle();
        }
    }
}
