package dev.sluice.core.train;

/**
 * What changes parameters by their gradients.
 *
 * <pre>{@code
 * optimizer.zeroGradients();
 * loss.backward();
 * optimizer.step();
 * }</pre>
 */
public interface Optimizer {
    /** One update of every parameter that has a gradient. */
    void step();

    /** Clears the gradient of every parameter. */
    void zeroGradients();

    double learningRate();

    /** From the next step on. */
    void learningRate(double rate);
}
