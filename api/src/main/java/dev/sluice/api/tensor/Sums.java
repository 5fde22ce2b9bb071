package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Sums over whole tensors, in double and in one fixed order: within a block of 4096 numbers the k-th goes to sum k mod 8, the eight are
 * added as ((0+1)+(2+3)) + ((4+5)+(6+7)), and blocks are added in a tree that halves their number.
 */
final class Sums {
    private static final long BLOCK = 4096;

    private Sums() {}

    /** What is summed. */
    enum Term {
        VALUE,
        SQUARE
    }

    static double of(MemorySegment segment, long offset, long count, Term term) {
        if (count <= BLOCK) {
            return block(segment, offset, count, term);
        }
        long half = Math.ceilDiv(Math.ceilDiv(count, BLOCK), 2) * BLOCK;
        return of(segment, offset, half, term) + of(segment, offset + half, count - half, term);
    }

    private static double block(MemorySegment s, long offset, long count, Term term) {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        long end = offset + count;
        long at = offset;
        for (; at + 8 <= end; at += 8) {
            s0 += term(s, at, term);
            s1 += term(s, at + 1, term);
            s2 += term(s, at + 2, term);
            s3 += term(s, at + 3, term);
            s4 += term(s, at + 4, term);
            s5 += term(s, at + 5, term);
            s6 += term(s, at + 6, term);
            s7 += term(s, at + 7, term);
        }
        s0 += at < end ? term(s, at, term) : 0;
        s1 += at + 1 < end ? term(s, at + 1, term) : 0;
        s2 += at + 2 < end ? term(s, at + 2, term) : 0;
        s3 += at + 3 < end ? term(s, at + 3, term) : 0;
        s4 += at + 4 < end ? term(s, at + 4, term) : 0;
        s5 += at + 5 < end ? term(s, at + 5, term) : 0;
        s6 += at + 6 < end ? term(s, at + 6, term) : 0;
        return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    }

    private static double term(MemorySegment s, long at, Term term) {
        double value = s.getAtIndex(JAVA_FLOAT, at);
        return term == Term.VALUE ? value : value * value;
    }
}
