package dev.sluice.core.nn;

import dev.sluice.api.Activations;
import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The mean of −log softmax(logits)[target] over all rows whose target is not the ignored one. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html">torch.nn.CrossEntropyLoss</a>.
 */
public final class CrossEntropy {
    private final int ignored;
    private final boolean zeroIfNoneCounts;

    /** Ignores targets of −100, as PyTorch does. */
    public CrossEntropy() {
        this(-100);
    }

    public CrossEntropy(int ignored) {
        this(ignored, false);
    }

    private CrossEntropy(int ignored, boolean zeroIfNoneCounts) {
        this.ignored = ignored;
        this.zeroIfNoneCounts = zeroIfNoneCounts;
    }

    /** This loss, but 0, with gradients of 0, where no target counts: for batches of which some are all ignored. PyTorch gives NaN there. */
    public CrossEntropy zeroIfNoneCounts() {
        return new CrossEntropy(ignored, true);
    }

    /**
     * @param logits [rows, classes]
     * @param targets the class of each row
     * @return [], differentiable
     * @throws IllegalArgumentException when a target is no class, or nothing is left to take the mean of and {@link #zeroIfNoneCounts} was not chosen
     */
    public Tensor of(Tensor logits, int[] targets) {
        Shape shape = logits.shape();
        if (shape.rank() != 2 || shape.size(0) != targets.length) {
            throw new IllegalArgumentException("CrossEntropy: logits are " + shape + " for " + targets.length + " targets; [" + targets.length
                    + ", classes] is required");
        }
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] != ignored && (targets[i] < 0 || targets[i] >= shape.size(1))) {
                throw new IllegalArgumentException("CrossEntropy: target " + targets[i] + " at position " + i + "; classes go from 0 to "
                        + (shape.size(1) - 1) + ", and " + ignored + " is ignored");
            }
        }
        int count = (int) Arrays.stream(targets).filter(target -> target != ignored).count();
        if (count == 0 && !zeroIfNoneCounts) {
            throw new IllegalArgumentException("CrossEntropy: none of the " + targets.length + " targets counts; at least one that is not "
                    + ignored + " is required; zeroIfNoneCounts() gives a loss of 0 instead");
        }
        Tensor logProbabilities = Gradients.off(logits::logSoftmax);
        Matrix log = logProbabilities.matrix();
        double sum = 0;
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] != ignored) {
                sum -= log.get(i, targets[i]);
            }
        }
        Tensor loss = Tensor.scalar((float) (sum / Math.max(1, count)));
        Gradients.record(new Loss(logits, logProbabilities, targets.clone(), ignored, count), loss);
        return loss;
    }

    private record Loss(Tensor logits, Tensor logProbabilities, int[] targets, int ignored, int count) implements Operation {
        @Override
        public String name() {
            return "CrossEntropy";
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(logits);
        }

        /** (softmax − one-hot) / count, row by row. */
        @Override
        public Tensor[] backward(Tensor[] gradients) {
            float scale = gradients[0].item() / count;
            Tensor dLogits = Tensor.zeros(logits.shape().sizes());
            Matrix log = logProbabilities.matrix();
            Matrix d = dLogits.matrixToWrite();
            for (int r = 0; r < targets.length; r++) {
                if (targets[r] != ignored) {
                    for (int c = 0; c < log.columns(); c++) {
                        float probability = Activations.exp(log.get(r, c));
                        d.set(r, c, (c == targets[r] ? probability - 1f : probability) * scale);
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
