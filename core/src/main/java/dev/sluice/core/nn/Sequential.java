package dev.sluice.core.nn;

import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * Layers one after the other. As <a href="https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html">torch.nn.Sequential</a>, with its names:
 * each part's is its place, and functions count, so that these parameters are {@code 0.weight}, {@code 0.bias}, {@code 3.weight} and {@code 3.bias}.
 *
 * <pre>{@code
 * Sequential head = new Sequential(new Linear(16, 32), Tensor::relu, new Dropout(0.1), new Linear(32, 4));
 * }</pre>
 *
 * <p>A function that only calls a module, such as {@code linear::forward}, hides it: nobody can see that its parameters are to be trained. Give the module itself.
 */
public final class Sequential extends Module implements Layer {
    private final List<Layer> layers;

    public Sequential(Layer... layers) {
        this.layers = List.of(layers);
        for (int i = 0; i < layers.length; i++) {
            module(Integer.toString(i), layers[i] instanceof Module part ? part : new Function());
        }
    }

    /** Keeps the place of a function, which has no parameters. */
    private static final class Function extends Module {}

    /**
     * @throws java.util.ConcurrentModificationException see {@link Module}
     */
    @Override
    public Tensor forward(Tensor input) {
        return undisturbed(() -> {
            Tensor x = input;
            for (Layer layer : layers) {
                x = layer.forward(x);
            }
            return x;
        });
    }
}
