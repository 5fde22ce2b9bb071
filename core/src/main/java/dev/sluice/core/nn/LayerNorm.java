package dev.sluice.core.nn;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * y = (x − mean) / √(variance + eps) · weight + bias over the last dimension (Ba, Kiros and Hinton, 2016). As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html">torch.nn.LayerNorm</a> of one dimension: the variance is divided by the size;
 * {@code weight} [size] begins as ones, {@code bias} [size] as zeros. Computed in double, in ascending order, and rounded once.
 */
public final class LayerNorm extends Module implements Layer {
    private static final double EPS = 1e-5;

    private final double eps;
    private final Tensor weight;
    private final Tensor bias;

    /** With an eps of 10⁻⁵. */
    public LayerNorm(int size) {
        this(size, EPS);
    }

    /**
     * @param eps what is added to the variance, so that nothing is divided by zero
     * @throws IllegalArgumentException when the size is less than 1, or eps negative or no finite number
     */
    public LayerNorm(int size, double eps) {
        if (size < 1 || !(eps >= 0 && eps < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("LayerNorm: size " + size + ", eps " + eps + "; a size of at least 1 and a finite eps of 0 or more are required");
        }
        this.eps = eps;
        weight = parameter("weight", Tensor.ones(size));
        bias = parameter("bias", Tensor.zeros(size));
    }

    /**
     * @param input [.., size]
     * @return [.., size]
     * @throws java.util.ConcurrentModificationException see {@link Module}
     */
    @Override
    public Tensor forward(Tensor input) {
        if (input.shape().rank() == 0 || input.size(-1) != weight.size(0)) {
            throw new IllegalArgumentException("LayerNorm: input is " + input.shape() + "; its last dimension must be the size (" + weight.size(0) + ")");
        }
        return undisturbed(() -> {
            Tensor output = Tensor.empty(input.shape());
            Matrix x = input.matrix(), y = output.matrixToWrite(), w = weight.matrix(), b = bias.matrix();
            for (int r = 0; r < x.rows(); r++) {
                Row row = Row.of(x, r, eps);
                for (int c = 0; c < x.columns(); c++) {
                    y.set(r, c, (float) (row.normal(x.get(r, c)) * w.get(0, c) + b.get(0, c)));
                }
            }
            Gradients.record(new Normalisation(input, weight, bias, eps), output);
            return output;
        });
    }

    /** What makes the numbers n of a row those of mean 0 and deviation 1: (n − mean) · factor. */
    private record Row(double mean, double factor) {
        static Row of(Matrix x, int row, double eps) {
            double sum = 0;
            for (int c = 0; c < x.columns(); c++) {
                sum += x.get(row, c);
            }
            double mean = sum / x.columns(), squares = 0;
            for (int c = 0; c < x.columns(); c++) {
                double difference = x.get(row, c) - mean;
                squares += difference * difference;
            }
            return new Row(mean, 1 / Math.sqrt(squares / x.columns() + eps));
        }

        double normal(float number) {
            return (number - mean) * factor;
        }
    }

    private record Normalisation(Tensor input, Tensor weight, Tensor bias, double eps) implements Operation {
        @Override
        public String name() {
            return "LayerNorm";
        }

        @Override
        public List<Tensor> inputs() {
            return List.of(input, weight, bias);
        }

        @Override
        public List<Tensor> saved() {
            return List.of(input, weight);
        }

        /** Of n, the normal numbers, and u = dy·weight: dx = factor · (u − mean(u) − n·mean(u·n)), dWeight = Σ dy·n, dBias = Σ dy. */
        @Override
        public Tensor[] backward(Tensor[] gradients) {
            Tensor dInput = Tensor.empty(input.shape());
            Matrix x = input.matrix(), dy = gradients[0].matrix(), dx = dInput.matrixToWrite(), w = weight.matrix();
            int size = x.columns();
            double[] dWeight = new double[size], dBias = new double[size];
            for (int r = 0; r < x.rows(); r++) {
                Row row = Row.of(x, r, eps);
                double mean = 0, slope = 0;
                for (int c = 0; c < size; c++) {
                    double n = row.normal(x.get(r, c)), u = (double) dy.get(r, c) * w.get(0, c);
                    mean += u;
                    slope += u * n;
                    dWeight[c] += dy.get(r, c) * n;
                    dBias[c] += dy.get(r, c);
                }
                mean /= size;
                slope /= size;
                for (int c = 0; c < size; c++) {
                    double n = row.normal(x.get(r, c)), u = (double) dy.get(r, c) * w.get(0, c);
                    dx.set(r, c, (float) (row.factor * (u - mean - n * slope)));
                }
            }
            return new Tensor[] {dInput, rounded(dWeight), rounded(dBias)};
        }

        private static Tensor rounded(double[] numbers) {
            float[] floats = new float[numbers.length];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) numbers[i];
            }
            return Tensor.of(floats);
        }
    }

    @Override
    protected String settings() {
        return weight.size(0) + (eps == EPS ? "" : ", eps=" + eps);
    }
}
