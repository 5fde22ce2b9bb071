package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** A truth value for each element of a shape: the result of a comparison. */
public final class Mask {
    private final Shape shape;
    private final boolean[] values;

    private Mask(Shape shape, boolean[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** Of two tensors of one shape. */
    static Mask equal(Tensor a, Tensor b) {
        boolean[] equal = new boolean[a.shape().elements()];
        MemorySegment one = a.segment(), other = b.segment();
        for (int i = 0; i < equal.length; i++) {
            equal[i] = one.getAtIndex(JAVA_FLOAT, a.offset() + i) == other.getAtIndex(JAVA_FLOAT, b.offset() + i);
        }
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        return new Mask(a.shape(), equal);
    }

    public Shape shape() {
        return shape;
    }

    /** How many are true. */
    public int count() {
        int count = 0;
        for (boolean value : values) {
            count += value ? 1 : 0;
        }
        return count;
    }

    /** Whether all are true; so it is when there are none. */
    public boolean all() {
        return count() == values.length;
    }

    /** Whether one at least is true. */
    public boolean any() {
        return count() > 0;
    }

    /** The values in row-major order. */
    public boolean[] toArray() {
        return values.clone();
    }

    /** As PyTorch prints it: {@code tensor([ True, False])}. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }
}
