package dev.sluice.core.io;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The type of elements as a file names it, known or not.
 *
 * @param type whose numbers can be read, or {@link DType#OTHER}
 * @param name by safetensors, or by PyTorch where they have none
 * @param bits of an element; 0 if that is not known
 * @param inSafetensors whether they have the name
 */
record ElementType(DType type, String name, int bits, boolean inSafetensors) {
    private static final Map<String, ElementType> NAMED = new HashMap<>(), STORAGES = new HashMap<>(), DTYPES = new HashMap<>();

    static {
        for (DType type : DType.values()) {
            if (type != DType.OTHER) {
                known(new ElementType(type, type.name(), 8 * type.bytes(), true), type.storage(), null);
            }
        }
        known(of("F8_E4M3", 8, true), null, "float8_e4m3fn");
        known(of("F8_E5M2", 8, true), null, "float8_e5m2");
        known(of("F8_E8M0", 8, true), null, "float8_e8m0fnu");
        known(of("F8_E4M3FNUZ", 8, true), null, "float8_e4m3fnuz");
        known(of("F8_E5M2FNUZ", 8, true), null, "float8_e5m2fnuz");
        known(of("F6_E2M3", 6, true), null, null);
        known(of("F6_E3M2", 6, true), null, null);
        known(of("F4", 4, true), null, null);
        known(of("C64", 64, true), "ComplexFloatStorage", "complex64");
        known(of("complex128", 128, false), "ComplexDoubleStorage", "complex128");
        known(of("qint8", 8, false), "QInt8Storage", "qint8");
        known(of("quint8", 8, false), "QUInt8Storage", "quint8");
        known(of("qint32", 32, false), "QInt32Storage", "qint32");
        known(of("quint4x2", 8, false), "QUInt4x2Storage", "quint4x2");
        known(of("quint2x4", 8, false), "QUInt2x4Storage", "quint2x4");
        known(of("bytes", 8, false), "UntypedStorage", null);
        Map.ofEntries(Map.entry("float64", DType.F64), Map.entry("float32", DType.F32), Map.entry("float16", DType.F16), Map.entry("bfloat16", DType.BF16), Map.entry("int64", DType.I64),
                Map.entry("int32", DType.I32), Map.entry("int16", DType.I16), Map.entry("int8", DType.I8), Map.entry("uint64", DType.U64), Map.entry("uint32", DType.U32),
                Map.entry("uint16", DType.U16), Map.entry("uint8", DType.U8), Map.entry("bool", DType.BOOL)).forEach((dtype, type) -> DTYPES.put(dtype, NAMED.get(type.name())));
    }

    private static ElementType of(String name, int bits, boolean inSafetensors) {
        return new ElementType(DType.OTHER, name, bits, inSafetensors);
    }

    private static void known(ElementType type, String storage, String dtype) {
        if (type.inSafetensors) {
            NAMED.put(type.name, type);
        }
        if (storage != null) {
            STORAGES.put(storage, type);
        }
        if (dtype != null) {
            DTYPES.put(dtype, type);
        }
    }

    static ElementType of(DType type) {
        return NAMED.get(type.name());
    }

    /** What safetensors call so. */
    static ElementType named(String name) {
        ElementType known = NAMED.get(name);
        return known == null ? of(name, 0, true) : known;
    }

    /** Of PyTorch's {@code FloatStorage} and the like. */
    static ElementType ofStorage(String storage) {
        ElementType known = STORAGES.get(storage);
        return known == null ? of(storage, 0, false) : known;
    }

    /** Of PyTorch's {@code float32} and the like. */
    static ElementType ofDtype(String dtype) {
        ElementType known = DTYPES.get(dtype);
        return known == null ? of(dtype, 0, false) : known;
    }

    /** The bytes of a tensor of these sizes, none of which is negative; the bits of an element must be known. */
    long bytes(String tensor, long[] sizes) throws DamagedFileException {
        long product = bits;
        boolean none = Arrays.stream(sizes).anyMatch(size -> size == 0);
        for (long size : sizes) {
            long high = Math.multiplyHigh(product, size);
            if (high != 0 || product * size < 0) {
                if (none) {
                    return 0;
                }
                throw new DamagedFileException("tensor \"" + TensorFile.shortened(tensor) + "\" has the shape " + Arrays.toString(sizes) + ", which is more than any file can hold");
            }
            product *= size;
        }
        return Math.ceilDiv(product, 8);
    }

    @Override
    public String toString() {
        return name;
    }
}
