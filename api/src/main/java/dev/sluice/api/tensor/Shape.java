package dev.sluice.api.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor's dimensions, outermost first. A shape without dimensions is that of a single number. */
public final class Shape {
    private final int[] sizes;
    private final long elements;

    private Shape(int[] sizes) {
        this.sizes = sizes;
        boolean empty = Arrays.stream(sizes).anyMatch(size -> size == 0);
        long product = empty ? 0 : 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 0) {
                throw new IllegalArgumentException("shape: " + this + " has size " + sizes[i] + " in dimension " + i + "; sizes must be 0 or more");
            }
            if (sizes[i] != 0 && product > Integer.MAX_VALUE / sizes[i] && !empty) {
                throw new IllegalArgumentException("shape: " + this + " has more elements than a tensor can hold (" + Integer.MAX_VALUE + ")");
            }
            product *= sizes[i];
        }
        elements = product;
    }

    /**
     * @throws IllegalArgumentException when a size is negative or the elements are more than 2³¹ − 1
     */
    public static Shape of(int... sizes) {
        return new Shape(sizes.clone());
    }

    /** The number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** The size of a dimension; −1 is the last one. */
    public int size(int dimension) {
        return sizes[dimension(dimension)];
    }

    /** The number of elements, the product of the sizes. */
    public int elements() {
        return (int) elements;
    }

    public int[] sizes() {
        return sizes.clone();
    }

    /**
     * {@code dimension} counted from the first, when a negative one was counted from the end.
     *
     * @throws IllegalArgumentException when there is no such dimension
     */
    public int dimension(int dimension) {
        int counted = dimension < 0 ? dimension + sizes.length : dimension;
        if (counted < 0 || counted >= sizes.length) {
            throw new IllegalArgumentException("shape: dimension " + dimension + " of " + this + "; " + (sizes.length == 0
                    ? "it has no dimensions" : "dimensions go from " + -sizes.length + " to " + (sizes.length - 1)));
        }
        return counted;
    }

    /** This shape with another size in one dimension. */
    public Shape with(int dimension, int size) {
        int[] changed = sizes.clone();
        changed[dimension(dimension)] = size;
        return new Shape(changed);
    }

    /** This shape without one dimension. */
    public Shape without(int dimension) {
        int dropped = dimension(dimension);
        int[] rest = new int[sizes.length - 1];
        System.arraycopy(sizes, 0, rest, 0, dropped);
        System.arraycopy(sizes, dropped + 1, rest, dropped, rest.length - dropped);
        return new Shape(rest);
    }

    /** This shape with a new dimension of size 1. */
    Shape unsqueezed(int dimension) {
        int added = dimension < 0 ? dimension + sizes.length + 1 : dimension;
        if (added < 0 || added > sizes.length) {
            throw new IllegalArgumentException("shape: new dimension " + dimension + " of " + this + "; new dimensions go from " + (-sizes.length - 1) + " to "
                    + sizes.length);
        }
        int[] more = new int[sizes.length + 1];
        System.arraycopy(sizes, 0, more, 0, added);
        more[added] = 1;
        System.arraycopy(sizes, added, more, added + 1, sizes.length - added);
        return new Shape(more);
    }

    /** The elements of the dimensions from {@code dimension} on. */
    int elementsFrom(int dimension) {
        int product = 1;
        for (int i = dimension; i < sizes.length; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /** The elements of the dimensions before {@code dimension}. */
    int elementsBefore(int dimension) {
        int product = 1;
        for (int i = 0; i < dimension; i++) {
            product *= sizes[i];
        }
        return product;
    }

    /** Whether {@code last} are this shape's last dimensions. */
    boolean endsWith(Shape last) {
        int from = sizes.length - last.sizes.length;
        return from >= 0 && Arrays.equals(sizes, from, sizes.length, last.sizes, 0, last.sizes.length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** The sizes as messages show them, {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
