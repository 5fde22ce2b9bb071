package dev.sluice.api.conformance;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Matrix;
import dev.sluice.api.Memory;
import java.util.Random;

/**
 * A matrix at some offset and with some stride inside a block of canaries; it knows what the block held, and so what a kernel wrote where it
 * must not.
 */
final class Framed {
    private static final float CANARY = 12345.678f;

    private final Matrix matrix;
    private float[] before;

    private Framed(Matrix matrix) {
        this.matrix = matrix;
        snapshot();
    }

    /** Numbers that a test fills a matrix with. */
    @FunctionalInterface
    interface Numbers {
        float next();
    }

    static Framed of(Random random, int rows, int columns, Numbers numbers) {
        int offset = random.nextInt(3) == 0 ? 0 : random.nextInt(40);
        int stride = columns + (random.nextInt(3) == 0 ? 0 : random.nextInt(20));
        Memory.Block block = Memory.take(4L * (offset + (long) rows * stride + 40));
        long floats = block.segment().byteSize() / 4;
        for (long i = 0; i < floats; i++) {
            block.segment().setAtIndex(JAVA_FLOAT, i, CANARY);
        }
        Matrix matrix = new Matrix(block, offset, rows, columns, stride);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                matrix.set(r, c, numbers.next());
            }
        }
        return new Framed(matrix);
    }

    /** The same numbers at the same places in memory of its own. */
    static Framed copyOf(Framed other) {
        Memory.Block block = Memory.take(other.matrix.segment().byteSize());
        block.segment().copyFrom(other.matrix.segment());
        Matrix m = other.matrix;
        return new Framed(new Matrix(block, m.offset(), m.rows(), m.columns(), m.rowStride()));
    }

    Matrix matrix() {
        return matrix;
    }

    /** The shape, and where it lies in its block. */
    @Override
    public String toString() {
        return "%s (offset %d, row stride %d)".formatted(matrix, matrix.offset(), matrix.rowStride());
    }

    /** What is there now is what must still be there later. */
    Framed snapshot() {
        before = matrix.segment().toArray(JAVA_FLOAT);
        return this;
    }

    float before(int row, int column) {
        return before[(int) matrix.row(row) + column];
    }

    /** Nothing was written around the matrix. */
    void assertFrame(String rule, String what) {
        assertUnchanged(rule, what, false);
    }

    /** Nothing was written, in the matrix or around it. */
    void assertUnchanged(String rule, String what) {
        assertUnchanged(rule, what, true);
    }

    private void assertUnchanged(String rule, String what, boolean inside) {
        float[] now = matrix.segment().toArray(JAVA_FLOAT);
        for (int i = 0; i < now.length; i++) {
            long at = i - matrix.offset();
            boolean element = at >= 0 && matrix.rowStride() > 0 && at / matrix.rowStride() < matrix.rows() && at % matrix.rowStride() < matrix.columns();
            if ((inside || !element) && Float.floatToIntBits(now[i]) != Float.floatToIntBits(before[i])) {
                throw new AssertionError("%s: %s: float %d of the block, %s, was %s and is %s; the matrix is %s at offset %d with a row stride of %d".formatted(rule, what,
                        i, element ? "an input" : "outside the matrix", before[i], now[i], matrix, matrix.offset(), matrix.rowStride()));
            }
        }
    }
}
