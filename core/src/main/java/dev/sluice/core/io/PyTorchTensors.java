package dev.sluice.core.io;

import java.util.Arrays;

/** Tensors of checkpoints, which may share storages, and lie in them in any order. */
final class PyTorchTensors {
    /** So much may be gathered for one tensor, and four times the file's size more. */
    private static final long GATHERED = 1 << 28;

    private PyTorchTensors() {}

    static StoredTensor opaque(String name, Pickled.OpaqueTensor tensor) {
        return StoredTensor.unreadable(name, ElementType.ofDtype(tensor.type()), tensor.sizes(), null, "what " + tensor.maker() + " makes it of is not understood");
    }

    static StoredTensor stored(String name, Pickled.Tensor tensor, PyTorchState.Storages storages, long fileSize) throws DamagedFileException {
        ElementType type = tensor.type();
        long[] sizes = tensor.sizes(), strides = tensor.strides();
        Elements.InFile storage = storages.elements(tensor.storage());
        if (type.bits() == 0) {
            return StoredTensor.unreadable(name, type, sizes, null, StoredTensor.UNKNOWN_TYPE);
        }
        long bytes = type.bytes(name, sizes);
        int elementSize = type.bits() / 8;
        if (bytes == 0) {
            return StoredTensor.inFile(name, type, sizes, storage.part(0, 0));
        }
        long elements = storage.size() / elementSize;
        long last = tensor.offset();
        boolean contiguous = true;
        long stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            long reach = sizes[d] - 1;
            if (reach > 0 && strides[d] > elements / reach || tensor.offset() > elements) {
                last = Long.MAX_VALUE;
                break;
            }
            last += reach * strides[d];
            contiguous &= sizes[d] == 1 || strides[d] == stride;
            stride *= sizes[d];
        }
        if (last >= elements) {
            throw new DamagedFileException("tensor \"" + name + "\" " + type + " " + Arrays.toString(sizes) + " with strides " + Arrays.toString(strides) + " from element " + tensor.offset()
                    + " on goes beyond its storage of " + elements + " elements");
        }
        long first = tensor.offset() * elementSize;
        if (contiguous) {
            return StoredTensor.inFile(name, type, sizes, storage.part(first, bytes));
        } else if (bytes / 4 > fileSize + GATHERED / 4) {
            return StoredTensor.unreadable(name, type, sizes, null, "with strides " + Arrays.toString(strides) + " its " + elements + " elements in the file become " + bytes
                    + " bytes, which is more than " + GATHERED + " and four times the file's size; in Python, save what it is made of");
        }
        return StoredTensor.inFile(name, type, sizes, new Elements.Strided(storage.part(first, storage.size() - first), bytes, elementSize, sizes, strides));
    }
}
