package dev.sluice.api.tensor;

/** A truth value for each element of a shape: the result of a comparison. */
public final class Mask {
    private final Shape shape;
    private final boolean[] values;

    Mask(Shape shape, boolean[] values) {
        this.shape = shape;
        this.values = values;
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
