package dev.sluice.api.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors put together from several, or from rows of one, each operation beside its gradient. */
final class Joining {
    private Joining() {}

    static Tensor stack(List<Tensor> tensors, int dimension) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("stack: the list is empty; at least one tensor is required");
        }
        Shape shape = tensors.getFirst().shape();
        for (int i = 0; i < tensors.size(); i++) {
            if (!tensors.get(i).shape().equals(shape)) {
                throw new IllegalArgumentException("stack: tensor 0 is " + shape + ", tensor " + i + " is " + tensors.get(i).shape()
                        + "; all must have one shape");
            }
        }
        return cat(tensors.stream().map(t -> t.unsqueeze(dimension)).toList(), dimension);
    }

    static Tensor cat(List<Tensor> tensors, int dimension) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("cat: the list is empty; at least one tensor is required");
        }
        Shape shape = tensors.getFirst().shape();
        int d = shape.dimension(dimension);
        long size = 0;
        for (int i = 0; i < tensors.size(); i++) {
            Shape other = tensors.get(i).shape();
            if (other.rank() != shape.rank() || !other.with(d, shape.size(d)).equals(shape)) {
                throw new IllegalArgumentException("cat: tensor 0 is " + shape + ", tensor " + i + " is " + other
                        + "; all sizes but that of dimension " + d + " must be equal");
            }
            size += other.size(d);
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("cat: " + tensors.size() + " tensors, the first " + shape + ", would have " + size + " in dimension " + d
                    + "; at most " + Integer.MAX_VALUE + " is possible");
        }
        Tensor result = Tensor.empty(shape.with(d, (int) size));
        int outer = shape.elementsBefore(d);
        long inner = shape.elementsFrom(d + 1);
        long start = 0;
        for (Tensor tensor : tensors) {
            long slice = tensor.size(d) * inner;
            Views.copySlices(tensor, 0, slice, result, start, size * inner, outer, slice);
            start += slice;
        }
        return Step.record("Cat", result, List.copyOf(tensors), g -> {
            List<Tensor> parts = new ArrayList<>();
            int from = 0;
            for (Tensor tensor : tensors) {
                parts.add(tensor.requiresGrad() ? g.narrow(d, from, tensor.size(d)) : null);
                from += tensor.size(d);
            }
            return parts.toArray(Tensor[]::new);
        });
    }

    /**
     * Slices of dimension 0; index −1, where {@code lowest} allows it, gives one full of {@code fill}.
     *
     * <p>Gradients of a row that was taken several times are added up in ascending order of where it went, and then to the others.
     */
    static Tensor rows(Tensor x, int[] indices, int lowest, float fill) {
        if (x.shape().rank() == 0) {
            throw new IllegalArgumentException("rows: the tensor is a single number; at least one dimension is required");
        }
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < lowest || indices[i] >= x.size(0)) {
                throw new IllegalArgumentException("rows: index " + indices[i] + " at position " + i + " for a tensor of shape " + x.shape()
                        + "; indices go from " + lowest + " to " + (x.size(0) - 1));
            }
        }
        int[] chosen = indices.clone();
        int size = x.shape().elementsFrom(1);
        Tensor result = Tensor.empty(x.shape().with(0, chosen.length));
        for (int i = 0; i < chosen.length; i++) {
            if (chosen[i] < 0) {
                result.sharing((long) i * size, Shape.of(size)).fill(fill);
            } else {
                MemorySegment.copy(x.segment(), 4 * (x.offset() + (long) chosen[i] * size), result.segment(), 4L * i * size, 4L * size);
            }
        }
        Reference.reachabilityFence(x);
        return Part.record("Rows", result, x, g -> scatter(g, chosen, x.shape()), (sum, g) -> addRows(sum, g, chosen));
    }

    private static Tensor scatter(Tensor g, int[] indices, Shape shape) {
        Tensor sums = Tensor.zeros(shape.sizes());
        int size = shape.elementsFrom(1);
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] >= 0) {
                Elementwise.addTo(sums, (long) indices[i] * size, g, (long) i * size, size);
            }
        }
        return sums;
    }

    /** Adds to rows of {@code sum} what {@link #scatter} would have there. */
    private static void addRows(Tensor sum, Tensor g, int[] indices) {
        long[] taken = new long[indices.length]; // by row, then by where it went
        for (int i = 0; i < taken.length; i++) {
            taken[i] = (long) indices[i] << 32 | i;
        }
        Arrays.sort(taken);
        int size = sum.shape().elementsFrom(1);
        Tensor row = Tensor.empty(Shape.of(size));
        for (int i = 0; i < taken.length; ) {
            long index = taken[i] >> 32;
            row.fill(0f);
            for (; i < taken.length && taken[i] >> 32 == index; i++) {
                Elementwise.addTo(row, 0, g, (long) (int) taken[i] * size, size);
            }
            if (index >= 0) {
                Elementwise.addTo(sum, index * size, row, 0, size);
            }
        }
    }
}
