package dev.sluice.core;

import java.util.function.ToDoubleFunction;

/** Gradients by central differences in double. */
public final class Differences {
    private static final double STEP = 1e-5;

    private Differences() {}

    /** The gradient of {@code loss} at {@code arguments}, for each of its arrays. */
    public static double[][] of(double[][] arguments, ToDoubleFunction<double[][]> loss) {
        double[][] gradients = new double[arguments.length][];
        for (int a = 0; a < arguments.length; a++) {
            gradients[a] = new double[arguments[a].length];
            for (int i = 0; i < arguments[a].length; i++) {
                double at = arguments[a][i];
                arguments[a][i] = at + STEP;
                double above = loss.applyAsDouble(arguments);
                arguments[a][i] = at - STEP;
                gradients[a][i] = (above - loss.applyAsDouble(arguments)) / (2 * STEP);
                arguments[a][i] = at;
            }
        }
        return gradients;
    }
}
