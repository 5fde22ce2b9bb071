package dev.sluice.api.tensor;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * An operation on a part of its input, whose gradient is added where it belongs instead of being made a whole with zeros around it.
 *
 * @param whole the gradient of all of the input, where it is the first to arrive
 * @param adding adds the gradient (second) to the sum of those that came before (first), which has the input's shape
 */
record Part(String name, Tensor input, Function<Tensor, Tensor> whole, BiConsumer<Tensor, Tensor> adding) implements Operation {
    static Tensor record(String name, Tensor result, Tensor input, Function<Tensor, Tensor> whole, BiConsumer<Tensor, Tensor> adding) {
        Gradients.record(new Part(name, input, whole, adding), result);
        return result;
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(input);
    }

    @Override
    public Tensor[] backward(Tensor[] gradients) {
        return new Tensor[] {whole.apply(gradients[0])};
    }

    void addTo(Tensor sum, Tensor gradient) {
        adding.accept(sum, gradient);
    }
}
