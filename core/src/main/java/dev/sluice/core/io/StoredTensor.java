package dev.sluice.core.io;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A tensor as it is in a file: its name, and its elements row-major and little-endian, of whatever type. */
public final class StoredTensor {
    private final String name;
    private final DType type;
    private final long[] sizes;
    private final MemorySegment bytes;
    private final Object owner; // whose memory it is, which must not be recycled; or null

    private StoredTensor(String name, DType type, long[] sizes, MemorySegment bytes, Object owner) {
        this.name = name;
        this.type = type;
        this.sizes = sizes;
        this.bytes = bytes;
        this.owner = owner;
    }

    /** {@code bytes} has as many elements as the sizes say. */
    StoredTensor(String name, DType type, long[] sizes, MemorySegment bytes) {
        this(name, type, sizes, bytes, null);
    }

    /** The numbers of a tensor, as they are when they are used; not a copy. */
    public static StoredTensor of(String name, Tensor tensor) {
        return new StoredTensor(name, DType.F32, longs(tensor.shape().sizes()), numbers(tensor, tensor.matrix()), tensor);
    }

    /** All the numbers of a tensor, whose matrix begins where they do. */
    static MemorySegment numbers(Tensor tensor, Matrix matrix) {
        return matrix.segment().asSlice(4L * matrix.offset(), 4L * tensor.shape().elements());
    }

    /** Whole numbers, [values.length]. */
    public static StoredTensor of(String name, int... values) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[4 * values.length]);
        for (int i = 0; i < values.length; i++) {
            bytes.set(DType.INT, 4L * i, values[i]);
        }
        return new StoredTensor(name, DType.I32, new long[] {values.length}, bytes);
    }

    private static long[] longs(int[] sizes) {
        return Arrays.stream(sizes).asLongStream().toArray();
    }

    public String name() {
        return name;
    }

    public DType type() {
        return type;
    }

    /** The size of each dimension. */
    public long[] sizes() {
        return sizes.clone();
    }

    /** The elements; gone when the file they come from is closed, or the tensor is recycled. */
    public MemorySegment bytes() {
        return bytes;
    }

    /** The number of elements. */
    public long elements() {
        return bytes.byteSize() / type.bytes();
    }

    /** {@code F32 [16, 3]} */
    public String form() {
        return type + " " + Arrays.toString(sizes);
    }

    /** Under another name. */
    public StoredTensor named(String other) {
        return new StoredTensor(other, type, sizes, bytes, owner);
    }

    /**
     * @throws IllegalArgumentException when there are more elements than a tensor can hold
     */
    public Shape shape() {
        for (long size : sizes) {
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(name + ": " + form() + " has more elements than a tensor can hold (" + Integer.MAX_VALUE + ")");
            }
        }
        return Shape.of(Arrays.stream(sizes).mapToInt(size -> (int) size).toArray());
    }

    /**
     * A copy as float32.
     *
     * @throws IllegalArgumentException when the elements are not floating-point numbers, or too many
     */
    public Tensor toTensor() {
        Tensor tensor = Tensor.empty(shapeOfFloats());
        copyTo(tensor);
        return tensor;
    }

    /** Its shape, if it can be copied to a tensor. */
    Shape shapeOfFloats() {
        if (!type.isFloat()) {
            throw new IllegalArgumentException(name + ": " + form() + " has no floating-point numbers; F64, F32, F16 or BF16 is required");
        }
        return shape();
    }

    /**
     * Writes the elements into a tensor, as float32.
     *
     * @param tensor of this shape
     * @throws IllegalArgumentException when it is not, or the elements are not floating-point numbers
     */
    public void copyTo(Tensor tensor) {
        requireShapeOf(tensor);
        tensor.write(m -> {
            MemorySegment to = numbers(tensor, m);
            if (isMemory()) {
                to.copyFrom(bytes);
            } else {
                for (long i = 0; i < elements(); i++) {
                    to.setAtIndex(ValueLayout.JAVA_FLOAT, i, type.toFloat(bytes, i));
                }
            }
        });
    }

    /** Returns this. */
    StoredTensor requireShapeOf(Tensor tensor) {
        if (!shapeOfFloats().equals(tensor.shape())) {
            throw new IllegalArgumentException(name + ": " + form() + " into a tensor of " + tensor.shape() + "; they must be of one shape");
        }
        return this;
    }

    /** Whether its bytes are those that a tensor has in memory. */
    boolean isMemory() {
        return type == DType.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * The elements as whole numbers.
     *
     * @throws IllegalArgumentException when they are of another type, or one is too large for an int
     */
    public int[] toInts() {
        if (type.isFloat()) {
            throw new IllegalArgumentException(name + ": " + form() + " has no whole numbers; an integer type is required");
        }
        int[] values = new int[shape().elements()];
        for (int i = 0; i < values.length; i++) {
            long value = type.toLong(bytes, i);
            if (value != (int) value) {
                throw new IllegalArgumentException(name + ": element " + i + " is " + value + "; numbers of 32 bits are required");
            }
            values[i] = (int) value;
        }
        return values;
    }

    /** Name and form. */
    @Override
    public String toString() {
        return name + " " + form();
    }
}
