package dev.sluice.api.tensor;

import java.util.List;
import java.util.function.Function;

/** An operation with one output whose gradient is a function: most of those on {@link Tensor}. */
record Step(String name, List<Tensor> inputs, List<Tensor> saved, Function<Tensor, Tensor[]> gradient) implements Operation {
    /** Records that {@code result} came from {@code inputs}; the gradient reads no tensor's numbers. */
    static Tensor record(String name, Tensor result, List<Tensor> inputs, Function<Tensor, Tensor[]> gradient) {
        return record(name, result, inputs, List.of(), gradient);
    }

    static Tensor record(String name, Tensor result, List<Tensor> inputs, List<Tensor> saved, Function<Tensor, Tensor[]> gradient) {
        Gradients.record(new Step(name, inputs, saved, gradient), result);
        return result;
    }

    /** Records an operation with one input. */
    static Tensor record(String name, Tensor result, Tensor input, Function<Tensor, Tensor> gradient) {
        return record(name, result, List.of(input), g -> new Tensor[] {gradient.apply(g)});
    }

    @Override
    public Tensor[] backward(Tensor[] gradients) {
        return gradient.apply(gradients[0]);
    }
}
