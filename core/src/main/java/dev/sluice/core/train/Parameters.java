package dev.sluice.core.train;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/** The parameters of an optimizer, each with the tensors of state that the method keeps for it, zero at first. */
final class Parameters {
    private final List<Tensor> parameters;
    private final List<Tensor[]> states = new ArrayList<>();

    Parameters(String method, List<Tensor> parameters, int statesEach) {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(method + ": the list of parameters is empty; at least one is required");
        }
        this.parameters = List.copyOf(parameters);
        for (Tensor parameter : parameters) {
            if (!parameter.requiresGrad()) {
                throw new IllegalArgumentException(method + ": a parameter of shape " + parameter.shape() + " requires no gradient; call requireGrad() on it");
            }
            Tensor[] state = new Tensor[statesEach];
            for (int i = 0; i < statesEach; i++) {
                state[i] = Tensor.zeros(parameter.shape().sizes());
            }
            states.add(state);
        }
    }

    /** The update of one parameter in place. */
    @FunctionalInterface
    interface Update {
        void run(Matrix parameter, Matrix gradient, Matrix[] state);
    }

    /** Runs {@code update} on every parameter that has a gradient. */
    void update(Update update) {
        for (int i = 0; i < parameters.size(); i++) {
            Tensor parameter = parameters.get(i);
            Tensor gradient = parameter.grad();
            if (gradient != null) {
                Matrix[] state = new Matrix[states.get(i).length];
                for (int k = 0; k < state.length; k++) {
                    state[k] = states.get(i)[k].matrixToWrite();
                }
                update.run(parameter.matrixToWrite(), gradient.matrix(), state);
                Reference.reachabilityFence(gradient);
            }
        }
    }

    void zeroGradients() {
        parameters.forEach(Tensor::clearGrad);
    }

    static double requireRate(String method, double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(method + ": learning rate " + rate + "; a finite number of 0 or more is required");
        }
        return rate;
    }
}
