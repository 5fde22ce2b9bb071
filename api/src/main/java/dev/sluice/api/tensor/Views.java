package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;

/** The same numbers in another shape or part of them, each operation beside its gradient. */
final class Views {
    private Views() {}

    static Tensor view(Tensor x, int... sizes) {
        Tensor result = x.sharing(0, viewShape(x.shape(), sizes));
        return Step.record("View", result, x, g -> view(g, x.shape().sizes()));
    }

    private static Shape viewShape(Shape shape, int[] sizes) {
        int[] complete = sizes.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] != -1) {
                known *= sizes[i];
            } else if (open < 0) {
                open = i;
            } else {
                throw new IllegalArgumentException("view: sizes " + Arrays.toString(sizes) + "; only one of them may be -1");
            }
        }
        if (open >= 0 && known > 0 && shape.elements() % known == 0) {
            complete[open] = (int) (shape.elements() / known);
            known *= complete[open];
        } else if (open >= 0 && known == 0) {
            throw new IllegalArgumentException("view: sizes " + Arrays.toString(sizes) + " for a tensor of shape " + shape
                    + "; with a size of 0 the -1 could be anything; name it");
        }
        if (open >= 0 && complete[open] == -1 || known != shape.elements()) {
            throw new IllegalArgumentException("view: sizes " + Arrays.toString(sizes) + " for a tensor of shape " + shape
                    + "; they must make up exactly its " + shape.elements() + " elements");
        }
        return Shape.of(complete);
    }

    static Tensor narrow(Tensor x, int dimension, int start, int length) {
        int d = x.shape().dimension(dimension);
        int size = x.size(d);
        if (start < 0 || length < 0 || start > size - length) {
            throw new IllegalArgumentException("narrow: " + length + " from " + start + " on, in dimension " + d + " of " + x.shape()
                    + "; start and length must not be negative, and end within its " + size);
        }
        int outer = x.shape().elementsBefore(d);
        int inner = x.shape().elementsFrom(d + 1);
        Shape shape = x.shape().with(d, length);
        Tensor result = d == 0 ? x.sharing((long) start * inner, shape) : Tensor.empty(shape);
        if (d != 0) {
            copySlices(x, (long) start * inner, (long) size * inner, result, 0, (long) length * inner, outer, (long) length * inner);
        }
        return Part.record("Narrow", result, x, g -> {
            Tensor whole = Tensor.zeros(x.shape().sizes());
            copySlices(g, 0, (long) length * inner, whole, (long) start * inner, (long) size * inner, outer, (long) length * inner);
            return whole;
        }, (sum, g) -> {
            for (long i = 0; i < outer; i++) {
                Elementwise.addTo(sum, (i * size + start) * inner, g, i * length * inner, (long) length * inner);
            }
        });
    }

    static Tensor select(Tensor x, int dimension, int index) {
        int d = x.shape().dimension(dimension);
        return narrow(x, d, index("select", x.shape(), d, index), 1).view(x.shape().without(d).sizes());
    }

    /** An index into a dimension, counted from its start. */
    static int index(String operation, Shape shape, int dimension, int index) {
        int size = shape.size(dimension);
        if (index < -size || index >= size) {
            throw new IllegalArgumentException(operation + ": index " + index + " in dimension " + dimension + " of " + shape
                    + "; indices go from " + -size + " to " + (size - 1));
        }
        return index < 0 ? index + size : index;
    }

    /** How many elements lie before the one at an index for each dimension. */
    static int place(String operation, Shape shape, int... index) {
        if (index.length != shape.rank()) {
            throw new IllegalArgumentException(operation + ": " + index.length + " indices for a tensor of shape " + shape + "; one for each of its "
                    + shape.rank() + " dimensions is required");
        }
        int place = 0;
        for (int d = 0; d < index.length; d++) {
            place += index(operation, shape, d, index[d]) * shape.elementsFrom(d + 1);
        }
        return place;
    }

    static Tensor unsqueeze(Tensor x, int dimension) {
        return view(x, x.shape().unsqueezed(dimension).sizes());
    }

    static Tensor squeeze(Tensor x, int dimension) {
        return x.size(dimension) == 1 ? view(x, x.shape().without(dimension).sizes()) : x;
    }

    static Tensor transpose(Tensor x, int one, int other) {
        int first = Math.min(x.shape().dimension(one), x.shape().dimension(other));
        int second = Math.max(x.shape().dimension(one), x.shape().dimension(other));
        if (first == second) {
            return copy(x);
        }
        int outer = x.shape().elementsBefore(first);
        int rows = x.size(first);
        int middle = x.shape().elementsFrom(first + 1) / Math.max(1, x.shape().elementsFrom(second));
        int columns = x.size(second);
        int inner = x.shape().elementsFrom(second + 1);
        int[] sizes = x.shape().sizes();
        sizes[first] = columns;
        sizes[second] = rows;
        Tensor result = Tensor.empty(Shape.of(sizes));
        long to = 0;
        for (int o = 0; o < outer && x.shape().elements() > 0; o++) {
            for (int c = 0; c < columns; c++) {
                for (int m = 0; m < middle; m++) {
                    for (int r = 0; r < rows; r++, to += inner) {
                        long from = ((((long) o * rows + r) * middle + m) * columns + c) * inner;
                        MemorySegment.copy(x.segment(), 4 * (x.offset() + from), result.segment(), 4 * to, 4L * inner);
                    }
                }
            }
        }
        Reference.reachabilityFence(x);
        return Step.record("Transpose", result, x, g -> transpose(g, first, second));
    }

    static Tensor copy(Tensor x) {
        Tensor result = Tensor.empty(x.shape()).copyFrom(x);
        return Step.record("Copy", result, x, g -> g);
    }

    /** Copies {@code count} slices of {@code size} elements that lie {@code stride} apart, from {@code start} on, on either side. */
    static void copySlices(Tensor from, long fromStart, long fromStride, Tensor to, long toStart, long toStride, int count, long size) {
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(from.segment(), JAVA_FLOAT, 4 * (from.offset() + fromStart + i * fromStride), to.segment(), JAVA_FLOAT,
                    4 * (to.offset() + toStart + i * toStride), size);
        }
        Reference.reachabilityFence(from);
        Reference.reachabilityFence(to);
    }
}
