package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** The largest or smallest number of each line along a dimension: the first among equals, and NaN before any number, as PyTorch has it. */
final class Extremes {
    private Extremes() {}

    static Tensor max(Tensor x, int dimension) {
        return values("max", "Max", x, dimension, 1f);
    }

    static Tensor min(Tensor x, int dimension) {
        return values("min", "Min", x, dimension, -1f);
    }

    static int[] argmax(Tensor x) {
        if (x.shape().rank() == 0 || x.size(-1) == 0) {
            throw new IllegalArgumentException("argmax: the tensor is " + x.shape() + "; a last dimension of at least 1 is required");
        }
        int[] indices = places(x, x.shape().rank() - 1, 1f);
        for (int r = 0; r < indices.length; r++) {
            indices[r] %= x.size(-1);
        }
        return indices;
    }

    private static Tensor values(String operation, String name, Tensor x, int dimension, float sign) {
        int d = x.shape().dimension(dimension);
        if (x.size(d) == 0) {
            throw new IllegalArgumentException(operation + ": dimension " + d + " of " + x.shape() + " is empty; a size of at least 1 is required");
        }
        Tensor result = Tensor.empty(x.shape().without(d));
        int[] places = places(x, d, sign);
        for (int i = 0; i < places.length; i++) {
            result.segment().setAtIndex(JAVA_FLOAT, i, x.segment().getAtIndex(JAVA_FLOAT, x.offset() + places[i]));
        }
        Reference.reachabilityFence(x);
        return Part.record(name, result, x, g -> {
            Tensor whole = Tensor.zeros(x.shape().sizes());
            addAt(places, whole, g);
            return whole;
        }, (sum, g) -> addAt(places, sum, g));
    }

    /** Where in x the largest of each line is; with a sign of −1, the smallest. */
    private static int[] places(Tensor x, int d, float sign) {
        int outer = x.shape().elementsBefore(d), size = x.size(d), inner = x.shape().elementsFrom(d + 1);
        int[] places = new int[x.shape().without(d).elements()];
        MemorySegment from = x.segment();
        for (int o = 0, line = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++, line++) {
                int best = o * size * inner + i;
                float most = sign * from.getAtIndex(JAVA_FLOAT, x.offset() + best);
                for (int k = 1, at = best + inner; k < size; k++, at += inner) {
                    float value = sign * from.getAtIndex(JAVA_FLOAT, x.offset() + at);
                    if (value > most || Float.isNaN(value) && !Float.isNaN(most)) {
                        best = at;
                        most = value;
                    }
                }
                places[line] = best;
            }
        }
        Reference.reachabilityFence(x);
        return places;
    }

    private static void addAt(int[] places, Tensor sum, Tensor g) {
        for (int i = 0; i < places.length; i++) {
            Elementwise.addTo(sum, places[i], g, i, 1);
        }
    }
}
