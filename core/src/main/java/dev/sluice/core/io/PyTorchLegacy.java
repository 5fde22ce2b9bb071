package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code torch.save} wrote before version 1.6: five pickles (a magic number, a version, the machine, the object, the keys of its storages), then the storages. */
final class PyTorchLegacy {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private PyTorchLegacy() {}

    /** Whether its first pickle is the magic number: in 30 bytes at most, whatever the protocol. */
    static boolean is(MemorySegment file) {
        try {
            return new Unpickler(file.asSlice(0, Math.min(32, file.byteSize())), 0).next().equals(MAGIC);
        } catch (DamagedFileException _) {
            return false;
        }
    }

    static TensorFile.Content read(OpenFile open) throws DamagedFileException {
        MemorySegment file = open.bytes();
        Unpickler pickles = new Unpickler(file, 0);
        pickles.next(); // the magic number
        Object version = pickles.next();
        Object machine = pickles.next();
        if (!(version instanceof Long number && number == 1001) || !(machine instanceof Map<?, ?> properties) || !Boolean.TRUE.equals(properties.get("little_endian"))) {
            throw new DamagedFileException("it is not of version 1001, or of a big-endian machine; only these numbers can be read");
        }
        Object object = pickles.next();
        if (!(pickles.next() instanceof List<?> keys)) {
            throw new DamagedFileException("the keys of its storages are missing");
        }
        Map<String, Elements.InFile> storages = new HashMap<>();
        long pickleSize = pickles.position(), position = pickleSize;
        for (Object key : keys) {
            Pickled.Storage storage = key instanceof String name ? pickles.storages().get(name) : null;
            if (storage == null || storages.containsKey(storage.key()) || file.byteSize() - position < 8) {
                throw new DamagedFileException("it has a storage " + (key instanceof String ? key + " " : "") + "that no tensor uses, or twice, or ends before it");
            }
            long elements = file.get(DType.LONG, position), left = file.byteSize() - position - 8, size = storage.type().bits() / 8;
            if (size == 0) {
                throw new DamagedFileException("its storage " + key + " is a " + storage.type() + ", whose elements are of a size that is not known; where the next begins cannot be told");
            }
            if (elements != storage.elements() || elements > left / size) {
                throw new DamagedFileException("its storage " + key + " is said to have " + storage.elements() + " and " + elements + " elements of " + storage.type() + "; there are " + left + " bytes");
            }
            long bytes = elements * size;
            storages.put(storage.key(), new Elements.InFile(open, position + 8, bytes, null));
            position += 8 + bytes;
        }
        return PyTorchState.read(object, storage -> {
            Elements.InFile bytes = storages.get(storage.key());
            if (bytes == null) {
                throw new DamagedFileException("its storage " + storage.key() + " is missing");
            }
            return bytes;
        }, pickleSize, file.byteSize());
    }
}
