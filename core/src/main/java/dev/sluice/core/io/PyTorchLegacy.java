package dev.sluice.core.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code torch.save} wrote before version 1.6: five pickles (a magic number, a version, the machine, the object, the keys of its storages), then the storages. */
final class PyTorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private PyTorchLegacy() {}

    static boolean is(MemorySegment file) {
        return file.byteSize() > 14 && file.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0x80 && file.get(ValueLayout.JAVA_BYTE, 2) == (byte) 0x8a;
    }

    static TensorFile.Content read(MemorySegment file, Arena arena) throws DamagedFileException {
        Unpickler pickles = new Unpickler(file, 0);
        if (!pickles.next().equals(MAGIC)) {
            throw new DamagedFileException("it begins with a number that is not that of a checkpoint of PyTorch");
        }
        Object version = pickles.next();
        Object machine = pickles.next();
        if (!(version instanceof Long number && number == 1001) || !(machine instanceof Map<?, ?> properties) || !Boolean.TRUE.equals(properties.get("little_endian"))) {
            throw new DamagedFileException("it is not of version 1001, or of a big-endian machine; only these numbers can be read");
        }
        Object object = pickles.next();
        if (!(pickles.next() instanceof List<?> keys)) {
            throw new DamagedFileException("the keys of its storages are missing");
        }
        Map<String, MemorySegment> storages = new HashMap<>();
        long position = pickles.position();
        for (Object key : keys) {
            Pickled.Storage storage = key instanceof String name ? pickles.storages().get(name) : null;
            if (storage == null || storages.containsKey(storage.key()) || file.byteSize() - position < 8) {
                throw new DamagedFileException("it has a storage " + (key instanceof String ? key + " " : "") + "that no tensor uses, or twice, or ends before it");
            }
            long elements = file.get(DType.LONG, position), left = file.byteSize() - position - 8;
            if (elements != storage.elements() || elements > left / storage.type().bytes()) {
                throw new DamagedFileException("its storage " + key + " is said to have " + storage.elements() + " and " + elements + " elements of " + storage.type() + "; there are " + left + " bytes");
            }
            long bytes = elements * storage.type().bytes();
            storages.put(storage.key(), file.asSlice(position + 8, bytes));
            position += 8 + bytes;
        }
        return PyTorchState.read(object, storage -> {
            MemorySegment bytes = storages.get(storage.key());
            if (bytes == null) {
                throw new DamagedFileException("its storage " + storage.key() + " is missing");
            }
            return bytes;
        }, file.byteSize(), arena);
    }
}
