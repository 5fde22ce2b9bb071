package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each element of a prediction loses to that of a target, and the mean of it, unless {@link #reduction} says otherwise. All of it is differentiable,
 * for the prediction and for the target.
 *
 * @param <L> the loss itself
 */
public abstract sealed class ElementLoss<L extends ElementLoss<L>> permits BCEWithLogits, Huber, L1, MSE {
    private final Reduction reduction;
    private final boolean zeroIfNoneCounts;

    ElementLoss(Reduction reduction, boolean zeroIfNoneCounts) {
        this.reduction = reduction;
        this.zeroIfNoneCounts = zeroIfNoneCounts;
    }

    abstract L with(Reduction reduction, boolean zeroIfNoneCounts);

    /** The loss of each element. */
    abstract Tensor each(Tensor prediction, Tensor target);

    /** This loss, reduced so. */
    public final L reduction(Reduction reduction) {
        return with(reduction, zeroIfNoneCounts);
    }

    /** This loss, but 0 where there are no elements to take the mean of. PyTorch gives NaN there. */
    public final L zeroIfNoneCounts() {
        return with(reduction, true);
    }

    /**
     * @param target of the prediction's shape
     * @return [], or of the prediction's shape with {@link Reduction#NONE}
     * @throws IllegalArgumentException when the shapes differ, or there are no elements to take the mean of and {@link #zeroIfNoneCounts} was not chosen
     */
    public final Tensor of(Tensor prediction, Tensor target) {
        if (!prediction.shape().equals(target.shape())) {
            throw new IllegalArgumentException(name() + ": the prediction is " + prediction.shape() + ", the target " + target.shape() + "; they must be of one shape");
        }
        boolean empty = prediction.shape().elements() == 0;
        if (empty && reduction == Reduction.MEAN && !zeroIfNoneCounts) {
            throw new IllegalArgumentException(name() + ": the prediction is " + prediction.shape() + ", without elements; at least one is required; zeroIfNoneCounts() gives a loss of 0 instead");
        }
        Tensor losses = each(prediction, target);
        return switch (reduction) {
            case MEAN -> empty ? losses.sum() : losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }

    private String name() {
        return getClass().getSimpleName();
    }

    /** Settings of its own that are not default. */
    String settings() {
        return "";
    }

    /** The loss and its settings that are not default. */
    @Override
    public final String toString() {
        return Stream.of(settings(), reduction == Reduction.MEAN ? "" : "reduction=" + reduction, zeroIfNoneCounts ? "zeroIfNoneCounts=true" : "").filter(setting -> !setting.isEmpty())
                .collect(Collectors.joining(", ", name() + "(", ")"));
    }
}
