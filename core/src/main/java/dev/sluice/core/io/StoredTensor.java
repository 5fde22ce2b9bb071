package dev.sluice.core.io;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * A tensor as it is in a file: its name, and its elements row-major and little-endian, of whatever type. One that cannot be read is there all the same, and says why when it is asked
 * for its elements.
 *
 * <p>Whoever asks for elements when the file is closed gets an {@link IllegalStateException}; when the file has changed, or its checksum is wrong, an {@link UncheckedIOException} whose
 * cause is a {@link DamagedFileException}.
 */
public final class StoredTensor {
    static final String UNKNOWN_TYPE = "its type is none of " + Arrays.stream(DType.values()).filter(type -> type != DType.OTHER).toList();

    private final String name;
    private final String nameInFile;
    private final ElementType type;
    private final long[] sizes; // null if they are not known
    private final Elements elements; // null if there are none that could be used
    private final String refusal; // why its numbers are not read; null if they are
    private final Object owner; // whose memory it is, which must not be recycled; or null

    private StoredTensor(String name, String nameInFile, ElementType type, long[] sizes, Elements elements, String refusal, Object owner) {
        this.name = name;
        this.nameInFile = nameInFile;
        this.type = type;
        this.sizes = sizes;
        this.elements = elements;
        this.refusal = refusal;
        this.owner = owner;
    }

    private static StoredTensor inMemory(String name, DType type, long[] sizes, MemorySegment bytes, Object owner) {
        return new StoredTensor(name, name, ElementType.of(type), sizes, new Elements.InMemory(bytes), null, owner);
    }

    /** {@code elements} has as many bytes as the sizes say, if the type's size is known. */
    static StoredTensor inFile(String name, ElementType type, long[] sizes, Elements elements) {
        return type.type() == DType.OTHER ? unreadable(name, type, sizes, elements, UNKNOWN_TYPE) : new StoredTensor(name, name, type, sizes, elements, null, null);
    }

    /**
     * @param sizes null if they are not known
     * @param elements null if there are none
     * @param refusal why its numbers are not read
     */
    static StoredTensor unreadable(String name, ElementType type, long[] sizes, Elements elements, String refusal) {
        return new StoredTensor(name, name, type, sizes, elements, refusal, null);
    }

    /** The numbers of a tensor, as they are when they are used; not a copy. */
    public static StoredTensor of(String name, Tensor tensor) {
        return inMemory(name, DType.F32, longs(tensor.shape().sizes()), numbers(tensor, tensor.matrix()), tensor);
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
        return inMemory(name, DType.I32, new long[] {values.length}, bytes, null);
    }

    private static long[] longs(int[] sizes) {
        return Arrays.stream(sizes).asLongStream().toArray();
    }

    public String name() {
        return name;
    }

    /** {@link DType#OTHER} if it is none whose numbers can be read. */
    public DType type() {
        return type.type();
    }

    /** The name of its type: safetensors', or where they have none, PyTorch's, such as {@code qint8}. */
    public String typeName() {
        return type.name();
    }

    /** Why its numbers cannot be read; nothing if they can. */
    public Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** The size of each dimension; none if they are not known, as of some that cannot be read. */
    public long[] sizes() {
        return sizes == null ? new long[0] : sizes.clone();
    }

    /**
     * The elements; gone when the file they come from is closed, or the tensor is recycled.
     *
     * @throws IllegalArgumentException when it cannot be read, and its bytes would say nothing
     */
    public MemorySegment bytes() {
        if (elements == null) {
            throw refused();
        }
        return elements.bytes(inMessages());
    }

    private IllegalArgumentException refused() {
        return new IllegalArgumentException(name + ": " + form() + " cannot be read: " + refusal);
    }

    boolean hasBytes() {
        return elements != null;
    }

    /** Whether safetensors have a name for its type. */
    boolean isInSafetensors() {
        return type.inSafetensors();
    }

    /** How many bytes its elements take; 0 if it cannot be read, and its bytes would say nothing. */
    public long byteSize() {
        return elements == null ? 0 : elements.size();
    }

    /** The number of elements; 0 if it is not known. */
    public long elements() {
        return type.bits() == 0 ? 0 : byteSize() * 8 / type.bits();
    }

    /** Where they are in the file, if they lie there as a tensor has them in memory; null if they do not. */
    Elements.InFile inFile() {
        return isMemory() && elements instanceof Elements.InFile inFile ? inFile : null;
    }

    /** {@code F32 [16, 3]} */
    public String form() {
        return type + " " + (sizes == null ? "of unknown shape" : Arrays.toString(sizes));
    }

    /** Under another name. */
    public StoredTensor named(String other) {
        return new StoredTensor(other, nameInFile, type, sizes, elements, refusal, owner);
    }

    /**
     * @throws IllegalArgumentException when there are more elements than a tensor can hold, or it cannot be read, and its shape is not known
     */
    public Shape shape() {
        if (sizes == null) {
            throw refused();
        }
        for (long size : sizes) {
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(name + ": " + form() + " has more elements than a tensor can hold (" + Integer.MAX_VALUE + ")");
            }
        }
        return Shape.of(Arrays.stream(sizes).mapToInt(size -> (int) size).toArray());
    }

    /** Whether a tensor may have its shape. */
    boolean hasShape() {
        if (sizes == null) {
            return false;
        }
        boolean none = Arrays.stream(sizes).anyMatch(size -> size == 0);
        long product = 1;
        for (long size : sizes) {
            product *= Math.max(1, size);
            if (size > Integer.MAX_VALUE || product > Integer.MAX_VALUE && !none) {
                return false;
            }
        }
        return true;
    }

    /**
     * A copy as float32.
     *
     * @throws IllegalArgumentException when the elements cannot be read, are not floating-point numbers, or too many
     */
    public Tensor toTensor() {
        Shape shape = shapeOfFloats();
        requireIntact();
        Tensor tensor = Tensor.empty(shape);
        copyTo(tensor);
        return tensor;
    }

    /** Whether it can be copied to a tensor. */
    boolean isFloats() {
        return refusal == null && type().isFloat();
    }

    /** Its shape, if it can be copied to a tensor. */
    Shape shapeOfFloats() {
        requireReadable();
        if (!type().isFloat()) {
            throw new IllegalArgumentException(name + ": " + form() + " has no floating-point numbers; F64, F32, F16 or BF16 is required");
        }
        return shape();
    }

    private void requireReadable() {
        if (refusal != null) {
            throw refused();
        }
    }

    String inMessages() {
        return "tensor \"" + TensorFile.shortened(nameInFile) + "\"";
    }

    /** Its bytes are those that were written, as far as there is a checksum. */
    void requireIntact() {
        elements.requireIntact(inMessages());
    }

    /**
     * Writes the elements into a tensor, as float32.
     *
     * @param tensor of this shape
     * @throws IllegalArgumentException when it is not, or the elements cannot be read or are not floating-point numbers
     */
    public void copyTo(Tensor tensor) {
        requireShapeOf(tensor);
        requireIntact();
        tensor.write(m -> elements.read(inMessages(), bytes -> {
            MemorySegment to = numbers(tensor, m);
            if (isMemory()) {
                to.copyFrom(bytes);
            } else {
                for (long i = 0; i < elements(); i++) {
                    to.setAtIndex(ValueLayout.JAVA_FLOAT, i, type().toFloat(bytes, i));
                }
            }
        }));
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
        return type() == DType.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * The elements as whole numbers.
     *
     * @throws IllegalArgumentException when they cannot be read, are of another type, or one is too large for an int
     */
    public int[] toInts() {
        requireReadable();
        if (!type().isWhole()) {
            throw new IllegalArgumentException(name + ": " + form() + " has no whole numbers; an integer type is required");
        }
        int[] values = new int[shape().elements()];
        elements.read(inMessages(), bytes -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = toInt(bytes, i);
            }
        });
        return values;
    }

    private int toInt(MemorySegment bytes, int i) {
        long value = type().toLong(bytes, i);
        if (value != (int) value || type() == DType.U64 && value < 0) {
            throw new IllegalArgumentException(name + ": element " + i + " is " + (type() == DType.U64 ? Long.toUnsignedString(value) : value) + "; numbers of 32 bits are required");
        }
        return (int) value;
    }

    /** Name and form. */
    @Override
    public String toString() {
        return name + " " + form();
    }
}
