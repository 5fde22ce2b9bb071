package dev.sluice.api.tensor;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.FloatBuffer;

/** Numbers of arrays and buffers put into tensors, and those of tensors put into arrays and buffers. */
final class Numbers {
    private Numbers() {}

    static Tensor of(Shape shape, float[] values) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException("of: " + values.length + " numbers for a tensor of shape " + shape + "; exactly " + shape.elements() + " are required");
        }
        return Tensor.empty(shape).copyFrom(values);
    }

    static Tensor of(int[] values) {
        Tensor tensor = Tensor.empty(Shape.of(values.length));
        for (int i = 0; i < values.length; i++) {
            tensor.segment().setAtIndex(JAVA_FLOAT, i, values[i]);
        }
        return tensor;
    }

    static Tensor of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        Tensor tensor = Tensor.empty(Shape.of(rows.length, columns));
        copyRows(rows, "", tensor, 0);
        return tensor;
    }

    static Tensor of(float[][][] blocks) {
        int rows = blocks.length == 0 ? 0 : blocks[0].length;
        int columns = rows == 0 ? 0 : blocks[0][0].length;
        Tensor tensor = Tensor.empty(Shape.of(blocks.length, rows, columns));
        for (int b = 0; b < blocks.length; b++) {
            if (blocks[b].length != rows) {
                throw new IllegalArgumentException("of: block " + b + " has " + blocks[b].length + " rows; it must have as many as block 0 (" + rows + ")");
            }
            copyRows(blocks[b], " of block " + b, tensor, (long) b * rows * columns);
        }
        return tensor;
    }

    /** Rows as long as the last dimension, from {@code start} elements on. */
    private static void copyRows(float[][] rows, String block, Tensor to, long start) {
        int columns = to.size(-1);
        for (int r = 0; r < rows.length; r++) {
            if (rows[r].length != columns) {
                throw new IllegalArgumentException("of: row " + r + block + " has " + rows[r].length + " numbers; it must have as many as the first row ("
                        + columns + ")");
            }
            MemorySegment.copy(rows[r], 0, to.segment(), JAVA_FLOAT, 4 * (start + (long) r * columns), columns);
        }
    }

    static void copy(FloatBuffer values, Tensor to) {
        int elements = to.shape().elements();
        if (values.remaining() != elements) {
            throw new IllegalArgumentException("copyFrom: " + values.remaining() + " numbers for a tensor of shape " + to.shape() + "; exactly "
                    + elements + " are required");
        }
        to.write(m -> MemorySegment.copy(MemorySegment.ofBuffer(values), JAVA_FLOAT_UNALIGNED.withOrder(values.order()), 0, m.segment(), JAVA_FLOAT,
                4 * to.offset(), elements));
        values.position(values.limit());
    }

    static void copy(Tensor from, FloatBuffer target) {
        int elements = from.shape().elements();
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("copyTo: the buffer is read-only; one that can be written is required");
        }
        if (target.remaining() < elements) {
            throw new IllegalArgumentException("copyTo: room for " + target.remaining() + " numbers for a tensor of shape " + from.shape() + "; " + elements
                    + " are required");
        }
        MemorySegment.copy(from.segment(), JAVA_FLOAT, 4 * from.offset(), MemorySegment.ofBuffer(target), JAVA_FLOAT_UNALIGNED.withOrder(target.order()), 0, elements);
        target.position(target.position() + elements);
        Reference.reachabilityFence(from);
    }

    static float[][] rows(Tensor from) {
        if (from.shape().rank() != 2) {
            throw new IllegalArgumentException("toRows: the tensor is " + from.shape() + "; exactly two dimensions are required; view() or select() gives them");
        }
        float[][] rows = new float[from.size(0)][from.size(1)];
        for (int r = 0; r < rows.length; r++) {
            MemorySegment.copy(from.segment(), JAVA_FLOAT, 4 * (from.offset() + (long) r * from.size(1)), rows[r], 0, rows[r].length);
        }
        Reference.reachabilityFence(from);
        return rows;
    }
}
