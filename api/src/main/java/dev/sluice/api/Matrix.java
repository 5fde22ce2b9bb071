package dev.sluice.api;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * A view of float32 numbers in native memory: element (r, c) is number {@code offset + r·rowStride + c} of the block.
 *
 * <p>Backends read and write matrices; they never keep one after a call returns. The block keeps its memory from being recycled for as
 * long as the matrix is reachable.
 *
 * @param block the memory, aligned to 64 bytes
 * @param offset the index of element (0, 0), in floats
 * @param rowStride floats from one row to the next, at least {@code columns}
 */
public record Matrix(Memory.Block block, long offset, int rows, int columns, int rowStride) {
    /** The memory; valid until the block is closed. */
    public MemorySegment segment() {
        return block.segment();
    }

    /** The index of element (row, 0), in floats. */
    public long row(int row) {
        return offset + (long) row * rowStride;
    }

    public float get(int row, int column) {
        float value = segment().getAtIndex(ValueLayout.JAVA_FLOAT, row(row) + column);
        Reference.reachabilityFence(block);
        return value;
    }

    public void set(int row, int column, float value) {
        segment().setAtIndex(ValueLayout.JAVA_FLOAT, row(row) + column, value);
        Reference.reachabilityFence(block);
    }

    /** Rows {@code from} to {@code from + count}, sharing this matrix's memory. */
    public Matrix rows(int from, int count) {
        return new Matrix(block, row(from), count, columns, rowStride);
    }

    /** Columns {@code from} to {@code from + count}, sharing this matrix's memory. */
    public Matrix columns(int from, int count) {
        return new Matrix(block, offset + from, rows, count, rowStride);
    }

    /** Writes every element. */
    public void fill(float value) {
        MemorySegment segment = segment();
        for (int r = 0; r < rows; r++) {
            long start = row(r);
            for (int c = 0; c < columns; c++) {
                segment.setAtIndex(ValueLayout.JAVA_FLOAT, start + c, value);
            }
        }
        Reference.reachabilityFence(block);
    }

    /** Copies every element of {@code source}, which has the same rows and columns. */
    public void copyFrom(Matrix source) {
        for (int r = 0; r < rows; r++) {
            MemorySegment.copy(source.segment(), ValueLayout.JAVA_FLOAT, 4 * source.row(r), segment(), ValueLayout.JAVA_FLOAT, 4 * row(r), columns);
        }
        Reference.reachabilityFence(block);
        Reference.reachabilityFence(source.block);
    }

    /** The shape, as messages show it: {@code [rows, columns]}. */
    @Override
    public String toString() {
        return "[" + rows + ", " + columns + "]";
    }
}
