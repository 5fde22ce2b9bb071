package dev.sluice.core.nn;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * The losses of all elements as one operation, computed in double and rounded once, like the slopes of their gradients.
 *
 * @param slope the derivative of a loss by the prediction
 * @param targetSlope its derivative by the target
 */
record ElementLosses(String name, Tensor prediction, Tensor target, DoubleBinaryOperator slope, DoubleBinaryOperator targetSlope) implements Operation {
    static Tensor of(String name, Tensor prediction, Tensor target, DoubleBinaryOperator loss, DoubleBinaryOperator slope, DoubleBinaryOperator targetSlope) {
        Tensor losses = each(prediction, target, loss);
        Gradients.record(new ElementLosses(name, prediction, target, slope, targetSlope), losses);
        return losses;
    }

    private static Tensor each(Tensor prediction, Tensor target, DoubleBinaryOperator f) {
        Tensor result = Tensor.empty(prediction.shape());
        Matrix x = prediction.matrix(), t = target.matrix(), y = result.matrixToWrite();
        for (int r = 0; r < y.rows(); r++) {
            for (int c = 0; c < y.columns(); c++) {
                y.set(r, c, (float) f.applyAsDouble(x.get(r, c), t.get(r, c)));
            }
        }
        return result;
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(prediction, target);
    }

    @Override
    public List<Tensor> saved() {
        return List.of(prediction, target);
    }

    @Override
    public Tensor[] backward(Tensor[] gradients) {
        return new Tensor[] {
            prediction.requiresGrad() ? each(prediction, target, slope).mul(gradients[0]) : null,
            target.requiresGrad() ? each(prediction, target, targetSlope).mul(gradients[0]) : null
        };
    }
}
