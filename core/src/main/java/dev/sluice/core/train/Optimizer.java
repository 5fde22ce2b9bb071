package dev.sluice.core.train;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What changes parameters by their gradients.
 *
 * <pre>{@code
 * optimizer.zeroGradients();
 * loss.backward();
 * optimizer.step();
 * }</pre>
 *
 * <p>What it keeps lives as long as the parameters do. A parameter that is given twice is updated once; one that requires no gradient stays as it is for as long as it does not.
 */
public abstract class Optimizer {
    private final List<Tensor> parameters;
    private final List<Tensor[]> states = new ArrayList<>();
    private final int[] steps;
    private double rate;

    /**
     * @param statesEach how many tensors the method keeps for each parameter, of its shape and zero at first
     * @throws IllegalArgumentException when there are no parameters, or the rate is negative or not finite
     */
    protected Optimizer(List<Tensor> parameters, double learningRate, int statesEach) {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(method() + ": the list of parameters is empty; at least one is required");
        }
        requireRate(learningRate);
        Set<Tensor> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        this.parameters = parameters.stream().filter(seen::add).toList();
        this.steps = new int[this.parameters.size()];
        this.rate = learningRate;
        for (Tensor parameter : this.parameters) {
            Tensor[] state = new Tensor[statesEach];
            for (int i = 0; i < statesEach; i++) {
                state[i] = parameter.zerosBeside();
            }
            states.add(state);
        }
    }

    /**
     * The update of one parameter in place. All matrices are contiguous and of one shape; the gradient is not modified.
     *
     * @param step which update of this parameter it is, from 1
     */
    protected abstract void update(Matrix parameter, Matrix gradient, Matrix[] state, int step);

    /** What of the method's options must be the same when a training goes on; not the rate, which changes. Nothing, unless the method says so. */
    protected Map<String, String> settings() {
        return Map.of();
    }

    /** 0 for what is smaller than any normal number, which processors are slow with. */
    static float normal(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? 0f : value;
    }

    /** One update of every parameter that requires a gradient and has one; all of them are written together, for those who read them on other threads. */
    public final void step() {
        List<Tensor> written = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            if (isTrained(parameters.get(i))) {
                written.add(parameters.get(i));
                Collections.addAll(written, states.get(i));
            }
        }
        Tensor.write(written, this::update);
    }

    private static boolean isTrained(Tensor parameter) {
        return parameter.requiresGrad() && parameter.grad() != null;
    }

    private void update() {
        for (int i = 0; i < parameters.size(); i++) {
            Tensor parameter = parameters.get(i);
            if (isTrained(parameter)) {
                Tensor gradient = parameter.grad();
                Matrix[] state = new Matrix[states.get(i).length];
                for (int k = 0; k < state.length; k++) {
                    state[k] = states.get(i)[k].matrixToWrite();
                }
                update(parameter.matrixToWrite(), gradient.matrix(), state, ++steps[i]);
                Reference.reachabilityFence(gradient);
            }
        }
    }

    /**
     * What the method keeps for its parameters, as it changes with every step: {@code 0.0} is the first tensor kept for the first parameter.
     */
    final Map<String, Tensor> kept() {
        Map<String, Tensor> kept = new LinkedHashMap<>();
        for (int i = 0; i < states.size(); i++) {
            for (int k = 0; k < states.get(i).length; k++) {
                kept.put(i + "." + k, states.get(i)[k]);
            }
        }
        return kept;
    }

    /** Each once, in the order of what is {@link #kept}. */
    final List<Tensor> parameters() {
        return parameters;
    }

    /** How many updates each parameter has had. */
    final int[] steps() {
        return steps.clone();
    }

    /** As if each parameter had had so many updates. */
    final void steps(int[] taken) {
        System.arraycopy(taken, 0, steps, 0, steps.length);
    }

    /** Clears the gradient of every parameter. */
    public final void zeroGradients() {
        parameters.forEach(Tensor::clearGrad);
    }

    public final double learningRate() {
        return rate;
    }

    /** From the next step on. */
    public final void learningRate(double rate) {
        requireRate(rate);
        this.rate = rate;
    }

    private void requireRate(double rate) {
        if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(method() + ": learning rate " + rate + "; a finite number of 0 or more is required");
        }
    }

    private String method() {
        return getClass().getSimpleName();
    }

    /** What {@link #toString} tells of the method's options, a comma before each: all settings, unless it knows which of them are default. */
    String changes() {
        return text(settings());
    }

    /** In the order of names, a comma before each. */
    static String text(Map<String, String> settings) {
        return new TreeMap<>(settings).entrySet().stream().map(e -> ", " + e.getKey() + "=" + e.getValue()).collect(Collectors.joining());
    }

    /** The method, its rate at the moment, and what is not default: {@code Adam(learningRate=0.001, weightDecay=0.1, parameters=12)}. */
    @Override
    public String toString() {
        return method() + "(learningRate=" + rate + changes() + ", parameters=" + parameters.size() + ")";
    }
}
