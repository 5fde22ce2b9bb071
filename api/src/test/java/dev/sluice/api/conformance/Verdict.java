package dev.sluice.api.conformance;

import dev.sluice.api.Matrix;

/** Compares results: to the bit for an exact backend, within a tolerance for another. */
record Verdict(boolean exact) {
    /** What an element may be. */
    @FunctionalInterface
    interface Expected {
        double at(int row, int column);
    }

    /**
     * @param bits what an exact backend must give
     * @param value what others must come close to
     * @param tolerance how close
     */
    void check(String rule, String what, Matrix actual, Matrix bits, Expected value, Expected tolerance) {
        for (int r = 0; r < actual.rows(); r++) {
            for (int c = 0; c < actual.columns(); c++) {
                float is = actual.get(r, c);
                float wanted = bits.get(r, c);
                if (exact ? Float.floatToIntBits(is) != Float.floatToIntBits(wanted) : !close(is, wanted, value.at(r, c), tolerance.at(r, c))) {
                    throw new AssertionError("%s: %s: element [%d, %d] of %s at offset %d with a row stride of %d is %s (%08x); %s (%08x) is required%s"
                            .formatted(rule, what, r, c, actual, actual.offset(), actual.rowStride(), is, Float.floatToIntBits(is), wanted, Float.floatToIntBits(wanted), exact ? " to the bit" : ", within " + tolerance.at(r, c)));
                }
            }
        }
    }

    /** As {@link #check}, with a tolerance of so many roundings of the largest number expected, or of 1 if that is larger. */
    void check(String rule, String what, Matrix actual, Matrix bits, int terms) {
        double largest = 1;
        for (int r = 0; r < bits.rows(); r++) {
            for (int c = 0; c < bits.columns(); c++) {
                largest = Math.abs(bits.get(r, c)) < Float.POSITIVE_INFINITY ? Math.max(largest, Math.abs(bits.get(r, c))) : largest;
            }
        }
        double tolerance = terms * Math.ulp(0.5f) * largest;
        check(rule, what, actual, bits, bits::get, (_, _) -> tolerance);
    }

    private static boolean close(float is, float wanted, double value, double tolerance) {
        if (tolerance == Double.POSITIVE_INFINITY) {
            return true;
        }
        if (Float.isNaN(wanted) || Float.isInfinite(wanted)) {
            return Float.isNaN(wanted) ? Float.isNaN(is) : is == wanted;
        }
        return Math.abs(is - value) <= tolerance;
    }
}
