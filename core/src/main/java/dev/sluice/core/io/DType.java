package dev.sluice.core.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The type of the elements of a tensor in a file, by safetensors' names. Those that are floating-point numbers become float32 when they are read. */
public enum DType {
    /** Rounded to float32 when read. */
    F64(8, "DoubleStorage"),
    F32(4, "FloatStorage"),
    F16(2, "HalfStorage"),
    BF16(2, "BFloat16Storage"),
    I64(8, "LongStorage"),
    I32(4, "IntStorage"),
    I16(2, "ShortStorage"),
    I8(1, "CharStorage"),
    U64(8, null),
    U32(4, null),
    U16(2, null),
    U8(1, "ByteStorage"),
    BOOL(1, "BoolStorage"),
    /** Any other, whose numbers are not read; {@link StoredTensor#typeName} tells which. */
    OTHER(0, null);

    private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int bytes;
    private final String storage; // null where PyTorch has none

    DType(int bytes, String storage) {
        this.bytes = bytes;
        this.storage = storage;
    }

    /** The size of an element in bytes; 0 of {@link #OTHER}. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers. */
    public boolean isFloat() {
        return ordinal() <= BF16.ordinal();
    }

    /** Whether elements are whole numbers. */
    boolean isWhole() {
        return this != OTHER && !isFloat();
    }

    /** What PyTorch calls memory of this type; null where it has none of its own. */
    String storage() {
        return storage;
    }

    /** Element {@code i} as float32. */
    float toFloat(MemorySegment bytes, long i) {
        return switch (this) {
            case F64 -> (float) bytes.get(DOUBLE, 8 * i);
            case F32 -> bytes.get(FLOAT, 4 * i);
            case F16 -> Float.float16ToFloat(bytes.get(SHORT, 2 * i));
            case BF16 -> Float.intBitsToFloat(bytes.get(SHORT, 2 * i) << 16);
            default -> throw new IllegalStateException(this + " is no floating-point type");
        };
    }

    /** Element {@code i} of an integer type; one of U64 from 2⁶³ on is negative. */
    long toLong(MemorySegment bytes, long i) {
        return switch (this) {
            case I64, U64 -> bytes.get(LONG, 8 * i);
            case I32 -> bytes.get(INT, 4 * i);
            case U32 -> bytes.get(INT, 4 * i) & 0xffffffffL;
            case I16 -> bytes.get(SHORT, 2 * i);
            case U16 -> bytes.get(SHORT, 2 * i) & 0xffff;
            case I8 -> bytes.get(JAVA_BYTE, i);
            case U8, BOOL -> bytes.get(JAVA_BYTE, i) & 0xff;
            default -> throw new IllegalStateException(this + " is no integer type");
        };
    }
}
