package dev.sluice.api;

/** Working memory of one call of a kernel, handed out as matrices one after the other, each aligned to 64 bytes. */
public final class Scratch implements AutoCloseable {
    private static final int FLOATS_PER_LINE = 16;
    private static final int MOST_MATRICES = 8;

    private final Memory.Block block;
    private final long floats;
    private long used;

    /** Room for {@code floats} numbers in up to eight matrices; their content is arbitrary. */
    public Scratch(long floats) {
        this.floats = floats + MOST_MATRICES * FLOATS_PER_LINE;
        block = Memory.take(4 * this.floats);
    }

    /**
     * The next matrix, contiguous.
     *
     * @throws IllegalStateException when there is no room left for it
     */
    public Matrix matrix(int rows, int columns) {
        if ((long) rows * columns > floats - used) {
            throw new IllegalStateException("scratch: a matrix of [" + rows + ", " + columns + "] where " + (floats - used) + " numbers are left; ask for room for all matrices together");
        }
        Matrix matrix = new Matrix(block, used, rows, columns, columns);
        used = Math.ceilDiv(used + (long) rows * columns, FLOATS_PER_LINE) * FLOATS_PER_LINE;
        return matrix;
    }

    @Override
    public void close() {
        block.close();
    }
}
