package dev.sluice.core.nn;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * A vector for each id: row id of {@code weight} [count, size], drawn from the normal distribution. As
 * <a href="https://pytorch.org/docs/stable/generated/torch.nn.Embedding.html">torch.nn.Embedding</a>; the row of a padding id starts at
 * zero and is never trained.
 */
public final class Embedding extends Module {
    private final Tensor weight;
    private final OptionalInt padding;

    /** Draws from {@link Generator#shared}. */
    public Embedding(int count, int size) {
        this(count, size, Generator.shared());
    }

    public Embedding(int count, int size, Generator random) {
        this(count, size, OptionalInt.empty(), random);
    }

    /**
     * @param padding the id that stands for no item, where there is one
     */
    public Embedding(int count, int size, OptionalInt padding, Generator random) {
        if (count < 1 || size < 1) {
            throw new IllegalArgumentException("Embedding: " + count + " vectors of size " + size + "; both must be at least 1");
        }
        padding.ifPresent(id -> requireId(id, "the padding id", count));
        Tensor vectors = Tensor.randn(random, count, size);
        padding.ifPresent(id -> vectors.select(0, id).fill(0f));
        this.padding = padding;
        weight = parameter("weight", vectors);
    }

    private Embedding(Tensor weight, OptionalInt padding) {
        this.padding = padding;
        this.weight = parameter("weight", weight);
    }

    /** As {@link #of(Tensor, OptionalInt)}, without a padding id. */
    public static Embedding of(Tensor weight) {
        return of(weight, OptionalInt.empty());
    }

    /**
     * With this very tensor as its vectors; nothing is drawn. As PyTorch's {@code Embedding.from_pretrained}, but they are trained unless
     * {@link #requireGrad(boolean)} says otherwise.
     *
     * @param weight [count, size]
     * @param padding the id that stands for no item, where there is one; its row stays as it is
     */
    public static Embedding of(Tensor weight, OptionalInt padding) {
        if (weight.shape().rank() != 2 || weight.shape().elements() == 0) {
            throw new IllegalArgumentException("Embedding: weight is " + weight.shape() + "; [count, size] is required, of at least 1 each");
        }
        padding.ifPresent(id -> requireId(id, "the padding id", weight.size(0)));
        return new Embedding(weight, padding);
    }

    /**
     * @return [ids.length, size]
     * @throws java.util.ConcurrentModificationException see {@link Module}
     */
    public Tensor forward(int... ids) {
        for (int i = 0; i < ids.length; i++) {
            requireId(ids[i], "the id at position " + i, weight.size(0));
        }
        return undisturbed(() -> rows(ids));
    }

    private Tensor rows(int[] ids) {
        if (padding.isEmpty() || Arrays.stream(ids).noneMatch(id -> id == padding.getAsInt())) {
            return weight.rows(ids);
        }
        int pad = padding.getAsInt();
        Tensor trained = weight.rows(Arrays.stream(ids).map(id -> id == pad ? -1 : id).toArray(), 0f);
        return trained.add(weight.detach().rows(Arrays.stream(ids).map(id -> id == pad ? id : -1).toArray(), 0f));
    }

    private static void requireId(int id, String what, int count) {
        if (id < 0 || id >= count) {
            throw new IllegalArgumentException("Embedding: " + what + " is " + id + "; ids go from 0 to " + (count - 1));
        }
    }

    @Override
    protected String settings() {
        return weight.size(0) + ", " + weight.size(1) + (padding.isPresent() ? ", padding=" + padding.getAsInt() : "");
    }
}
