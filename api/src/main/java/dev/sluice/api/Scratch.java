package dev.sluice.api;

/** Working memory of one call of a kernel, handed out as matrices one after the other, each aligned to 64 bytes. */
public final class Scratch implements AutoCloseable {
    private static final int FLOATS_PER_LINE = 16;
    private static final int MOST_MATRICES = 8;

    private final Memory.Block block;
    private long used;

    /** Room for {@code floats} numbers in up to eight matrices; their content is arbitrary. */
    public Scratch(long floats) {
        block = Memory.take(4 * (floats + MOST_MATRICES * FLOATS_PER_LINE));
    }

    public Matrix matrix(int rows, int columns) {
        Matrix matrix = new Matrix(block, used, rows, columns, columns);
        used = Math.ceilDiv(used + (long) rows * columns, FLOATS_PER_LINE) * FLOATS_PER_LINE;
        return matrix;
    }

    @Override
    public void close() {
        block.close();
    }
}
