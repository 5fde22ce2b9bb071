package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Activations;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** One loop for each operation that works element by element, each a single pass over plain memory. */
final class Elementwise {
    private Elementwise() {}

    /** out[i] = a[i] ∘ b[i] for {@code count} elements. */
    @FunctionalInterface
    interface Two {
        void run(MemorySegment a, long atA, MemorySegment b, long atB, MemorySegment out, long count);
    }

    /** out[i] = f(a[i]) for {@code count} elements. */
    @FunctionalInterface
    interface One {
        void run(MemorySegment a, long atA, MemorySegment out, long count);
    }

    /** The loop over a and b, whose shape is a's or its last dimensions: it is repeated for each of a's leading slices. */
    static Tensor apply(Tensor a, Tensor b, Two loop) {
        Tensor out = Tensor.empty(a.shape());
        int count = b.shape().elements();
        for (int start = 0; count > 0 && start < a.shape().elements(); start += count) {
            loop.run(a.segment(), a.offset() + start, b.segment(), b.offset(), out.segment().asSlice(4L * start), count);
        }
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
        return out;
    }

    static Tensor apply(Tensor a, One loop) {
        Tensor out = Tensor.empty(a.shape());
        loop.run(a.segment(), a.offset(), out.segment(), a.shape().elements());
        Reference.reachabilityFence(a);
        return out;
    }

    /** a[i] += b[i]; of one shape. */
    static void addTo(Tensor a, Tensor b) {
        a.write(_ -> addTo(a, 0, b, 0, a.shape().elements()));
    }

    /** a[atA + i] += b[atB + i] for {@code count} elements in row-major order, of an a that nobody else sees. */
    static void addTo(Tensor a, long atA, Tensor b, long atB, long count) {
        MemorySegment sums = a.segment(), terms = b.segment();
        long to = a.offset() + atA, from = b.offset() + atB;
        for (long i = 0; i < count; i++) {
            sums.setAtIndex(JAVA_FLOAT, to + i, sums.getAtIndex(JAVA_FLOAT, to + i) + terms.getAtIndex(JAVA_FLOAT, from + i));
        }
        Reference.reachabilityFence(a);
        Reference.reachabilityFence(b);
    }

    static void add(MemorySegment a, long atA, MemorySegment b, long atB, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, a.getAtIndex(JAVA_FLOAT, atA + i) + b.getAtIndex(JAVA_FLOAT, atB + i));
        }
    }

    static void sub(MemorySegment a, long atA, MemorySegment b, long atB, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, a.getAtIndex(JAVA_FLOAT, atA + i) - b.getAtIndex(JAVA_FLOAT, atB + i));
        }
    }

    static void mul(MemorySegment a, long atA, MemorySegment b, long atB, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, a.getAtIndex(JAVA_FLOAT, atA + i) * b.getAtIndex(JAVA_FLOAT, atB + i));
        }
    }

    static void div(MemorySegment a, long atA, MemorySegment b, long atB, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, a.getAtIndex(JAVA_FLOAT, atA + i) / b.getAtIndex(JAVA_FLOAT, atB + i));
        }
    }

    static void sigmoid(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, Activations.sigmoid(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    static void tanh(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, Activations.tanh(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    static void exp(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, (float) StrictMath.exp(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    static void log(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, (float) StrictMath.log(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    static void sqrt(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, (float) Math.sqrt(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    static void abs(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, Math.abs(a.getAtIndex(JAVA_FLOAT, atA + i)));
        }
    }

    /** The gradient g of abs with the sign of its input x; no sign, so 0·g, at zeros and NaN. */
    static void absGradient(MemorySegment g, long atG, MemorySegment x, long atX, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            float value = x.getAtIndex(JAVA_FLOAT, atX + i);
            out.setAtIndex(JAVA_FLOAT, i, g.getAtIndex(JAVA_FLOAT, atG + i) * (value > 0f ? 1f : value < 0f ? -1f : 0f));
        }
    }

    static void relu(MemorySegment a, long atA, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            float x = a.getAtIndex(JAVA_FLOAT, atA + i);
            out.setAtIndex(JAVA_FLOAT, i, x < 0f ? 0f : x);
        }
    }

    /** The gradient g of relu where its result y is above zero, or NaN; else 0, whatever g is. */
    static void reluGradient(MemorySegment g, long atG, MemorySegment y, long atY, MemorySegment out, long count) {
        for (long i = 0; i < count; i++) {
            out.setAtIndex(JAVA_FLOAT, i, y.getAtIndex(JAVA_FLOAT, atY + i) <= 0f ? 0f : g.getAtIndex(JAVA_FLOAT, atG + i));
        }
    }
}
