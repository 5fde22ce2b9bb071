package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Activations;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/** Operations that bring many elements together, each beside its gradient. Sums are taken in double, in the order of {@link Sums}. */
final class Reductions {
    private Reductions() {}

    static Tensor sum(Tensor x) {
        Tensor result = Tensor.scalar((float) Sums.of(x.segment(), x.offset(), x.shape().elements(), Sums.Term.VALUE));
        Reference.reachabilityFence(x);
        return Step.record("Sum", result, x, g -> Tensor.empty(x.shape()).fill(g.item()));
    }

    /** Each sum in double, in ascending order of the index. */
    static Tensor sum(Tensor x, int dimension) {
        int summed = x.shape().dimension(dimension);
        int outer = x.shape().elementsBefore(summed);
        int size = x.size(summed);
        int inner = x.shape().elementsFrom(summed + 1);
        Tensor result = Tensor.empty(x.shape().without(summed));
        MemorySegment from = x.segment();
        MemorySegment to = result.segment();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                double sum = 0;
                for (int k = 0; k < size; k++) {
                    sum += from.getAtIndex(JAVA_FLOAT, x.offset() + ((long) o * size + k) * inner + i);
                }
                to.setAtIndex(JAVA_FLOAT, (long) o * inner + i, (float) sum);
            }
        }
        Reference.reachabilityFence(x);
        return Step.record("Sum", result, x, g -> {
            Tensor repeated = Tensor.empty(x.shape());
            for (int k = 0; k < size; k++) {
                Views.copySlices(g, 0, inner, repeated, (long) k * inner, (long) size * inner, outer, inner);
            }
            return repeated;
        });
    }

    /** The gradient of an operand that was repeated to {@code g}'s shape: summed over the leading dimensions it lacks. */
    static Tensor sumToShape(Tensor g, Shape shape) {
        return g.shape().equals(shape) ? g : sum(g.view(g.shape().elementsBefore(g.shape().rank() - shape.rank()), shape.elements()), 0).view(shape.sizes());
    }

    static Tensor softmax(Tensor x) {
        Tensor y = Tensor.empty(x.shape());
        rows("softmax", x, y, (from, at, to, out, size, largest) -> {
            double sum = exponentials(from, at, to, out, size, largest);
            for (int i = 0; i < size; i++) {
                to.setAtIndex(JAVA_FLOAT, out + i, (float) (to.getAtIndex(JAVA_FLOAT, out + i) / sum));
            }
        });
        return Step.record("Softmax", y, List.of(x), List.of(y), g -> {
            Tensor weighted = g.mul(y.detach());
            Tensor dot = weighted.sum(-1); // [rows]
            return new Tensor[] {weighted.sub(scaleRows(y.detach(), dot))};
        });
    }

    static Tensor logSoftmax(Tensor x) {
        Tensor y = Tensor.empty(x.shape());
        rows("logSoftmax", x, y, (from, at, to, out, size, largest) -> {
            double shift = largest + StrictMath.log(exponentials(from, at, to, out, size, largest));
            for (int i = 0; i < size; i++) {
                to.setAtIndex(JAVA_FLOAT, out + i, (float) (from.getAtIndex(JAVA_FLOAT, at + i) - shift));
            }
        });
        return Step.record("LogSoftmax", y, List.of(x), List.of(y), g -> new Tensor[] {g.sub(scaleRows(y.detach().softmax(), g.sum(-1)))});
    }

    @FunctionalInterface
    private interface Row {
        void run(MemorySegment from, long at, MemorySegment to, long out, int size, float largest);
    }

    private static void rows(String operation, Tensor x, Tensor y, Row row) {
        if (x.shape().rank() == 0) {
            throw new IllegalArgumentException(operation + ": the tensor is a single number; at least one dimension is required");
        }
        int size = x.size(-1);
        for (int start = 0; size > 0 && start < x.shape().elements(); start += size) {
            float largest = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < size; i++) {
                largest = Math.max(largest, x.segment().getAtIndex(JAVA_FLOAT, x.offset() + start + i));
            }
            row.run(x.segment(), x.offset() + start, y.segment(), start, size, largest);
        }
        Reference.reachabilityFence(x);
    }

    /** to = e^(from − largest); their sum. */
    private static double exponentials(MemorySegment from, long at, MemorySegment to, long out, int size, float largest) {
        for (int i = 0; i < size; i++) {
            to.setAtIndex(JAVA_FLOAT, out + i, Activations.exp(from.getAtIndex(JAVA_FLOAT, at + i) - largest));
        }
        return Sums.of(to, out, size, Sums.Term.VALUE);
    }

    /** Each row of the last dimension times its factor. */
    private static Tensor scaleRows(Tensor x, Tensor factors) {
        int size = x.size(-1);
        Tensor result = Tensor.empty(x.shape());
        for (int i = 0; i < x.shape().elements(); i++) {
            float factor = factors.segment().getAtIndex(JAVA_FLOAT, factors.offset() + i / size);
            result.segment().setAtIndex(JAVA_FLOAT, i, x.segment().getAtIndex(JAVA_FLOAT, x.offset() + i) * factor);
        }
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(factors);
        return result;
    }
}
