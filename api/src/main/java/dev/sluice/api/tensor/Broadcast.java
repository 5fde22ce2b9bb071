package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.function.BinaryOperator;

/** Operands of different shapes made one: repeated along the dimensions that they lack or in which they have size 1, as PyTorch does it. */
final class Broadcast {
    private Broadcast() {}

    /** The operation on a and b where b repeats along a's leading dimensions, which costs nothing; else on both repeated to one shape. */
    static Tensor apply(String name, Tensor a, Tensor b, BinaryOperator<Tensor> operation) {
        if (a.shape().endsWith(b.shape())) {
            return operation.apply(a, b);
        }
        Shape shape = shape(name, a.shape(), b.shape());
        return operation.apply(expand(a, shape), expand(b, shape));
    }

    private static Shape shape(String name, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] sizes = aligned(a, rank).sizes();
        int[] others = aligned(b, rank).sizes();
        for (int d = 0; d < rank; d++) {
            if (sizes[d] != others[d] && sizes[d] != 1 && others[d] != 1) {
                throw new IllegalArgumentException(name + ": this is " + a + ", the other is " + b
                        + "; counted from the last dimension, sizes must be equal, or one of them 1 or missing");
            }
            sizes[d] = sizes[d] == 1 ? others[d] : sizes[d];
        }
        return Shape.of(sizes);
    }

    /** A shape with dimensions of size 1 before its own. */
    private static Shape aligned(Shape shape, int rank) {
        int[] sizes = new int[rank];
        Arrays.fill(sizes, 1);
        System.arraycopy(shape.sizes(), 0, sizes, rank - shape.rank(), shape.rank());
        return Shape.of(sizes);
    }

    private static Tensor expand(Tensor x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        Shape part = aligned(x.shape(), shape.rank());
        Tensor result = Tensor.empty(shape);
        MemorySegment from = x.segment(), to = result.segment();
        int columns = shape.size(-1), step = part.size(-1) == 1 ? 0 : 1;
        for (int out = 0; out < shape.elements(); out += columns) {
            long start = x.offset() + start(part, shape, out / columns);
            for (int c = 0; c < columns; c++) {
                to.setAtIndex(JAVA_FLOAT, (long) out + c, from.getAtIndex(JAVA_FLOAT, start + (long) c * step));
            }
        }
        Reference.reachabilityFence(x);
        return Step.record("Expand", result, x, g -> sum(g, x.shape()));
    }

    /** The gradient of what was repeated to {@code g}'s shape: each sum in double, in row-major order of {@code g}. */
    private static Tensor sum(Tensor g, Shape shape) {
        Shape part = aligned(shape, g.shape().rank());
        double[] sums = new double[shape.elements()];
        MemorySegment from = g.segment();
        int columns = g.size(-1), step = part.size(-1) == 1 ? 0 : 1;
        for (int at = 0; at < g.shape().elements(); at += columns) {
            int start = start(part, g.shape(), at / columns);
            for (int c = 0; c < columns; c++) {
                sums[start + c * step] += from.getAtIndex(JAVA_FLOAT, g.offset() + at + c);
            }
        }
        Reference.reachabilityFence(g);
        Tensor result = Tensor.empty(shape);
        for (int i = 0; i < sums.length; i++) {
            result.segment().setAtIndex(JAVA_FLOAT, i, (float) sums[i]);
        }
        return result;
    }

    /** Where a row of {@code whole} begins in a {@code part} of the same rank that is repeated to it. */
    private static int start(Shape part, Shape whole, int row) {
        int start = 0;
        int stride = part.size(-1);
        for (int d = whole.rank() - 2, rest = row; d >= 0; rest /= whole.size(d), d--) {
            start += part.size(d) == 1 ? 0 : rest % whole.size(d) * stride;
            stride *= part.size(d);
        }
        return start;
    }
}
