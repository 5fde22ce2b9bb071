package dev.sluice.core.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors in what a checkpoint's pickle holds: nested dictionaries and lists, whose keys are joined with dots; tensors may share storages, and lie in them in any order. */
final class PyTorchState {
    private static final int DEEPEST = 64;

    private final Storages storages;
    private final Arena arena;
    private final long mostItems;
    private long room;
    private long letters;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private long visited;

    private PyTorchState(Storages storages, long fileSize, Arena arena) {
        this.storages = storages;
        this.arena = arena;
        mostItems = 1000 + fileSize;
        room = 4 * fileSize;
        letters = (1 << 20) + 16 * fileSize;
    }

    /** Where the bytes of a storage are. */
    interface Storages {
        MemorySegment bytes(Pickled.Storage storage) throws DamagedFileException;
    }

    /**
     * @param fileSize which bounds what is made of the file: a pickle may refer to one thing many times
     * @param arena for tensors whose elements do not lie one after the other
     */
    static TensorFile.Content read(Object pickled, Storages storages, long fileSize, Arena arena) throws DamagedFileException {
        PyTorchState state = new PyTorchState(storages, fileSize, arena);
        state.visit("", pickled, 0);
        if (state.tensors.isEmpty()) {
            throw new DamagedFileException("there are no tensors in it");
        }
        return new TensorFile.Content(List.copyOf(state.tensors.values()), state.metadata);
    }

    private void visit(String name, Object item, int depth) throws DamagedFileException {
        if (depth > DEEPEST || name.length() > TensorFile.LONGEST_NAME || ++visited > mostItems) {
            throw new DamagedFileException("\"" + TensorFile.shortened(name) + "\": dictionaries and lists in it are nested more than " + DEEPEST
                    + " deep, give names of more than " + TensorFile.LONGEST_NAME + " letters, or hold more items than the file has bytes");
        }
        letters -= name.length();
        if (letters < 0) {
            throw new DamagedFileException("the names and numbers in it have more letters than can be kept for a file of its size");
        }
        String start = name.isEmpty() ? "" : name + ".";
        switch (item) {
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    visit(start + entry.getKey(), entry.getValue(), depth + 1);
                }
            }
            case List<?> list -> visitAll(start, list, depth);
            case Pickled.Tuple tuple -> visitAll(start, tuple.items(), depth);
            case Pickled.Tensor tensor -> {
                if (tensors.put(name, stored(name, tensor)) != null) {
                    throw new DamagedFileException("two tensors in it are named \"" + name + "\"");
                }
            }
            case String text -> metadata.put(name, text);
            case Number number -> {
                String text = number.toString();
                letters -= text.length();
                metadata.put(name, text);
            }
            case Boolean truth -> metadata.put(name, truth.toString());
            default -> {} // None, and names that stand for themselves
        }
    }

    private void visitAll(String start, List<?> items, int depth) throws DamagedFileException {
        for (int i = 0; i < items.size(); i++) {
            visit(start + i, items.get(i), depth + 1);
        }
    }

    private StoredTensor stored(String name, Pickled.Tensor tensor) throws DamagedFileException {
        DType type = tensor.storage().type();
        long[] sizes = tensor.sizes(), strides = tensor.strides();
        long bytes = type.bytes(name, sizes);
        MemorySegment storage = storages.bytes(tensor.storage());
        long elements = storage.byteSize() / type.bytes();
        if (bytes == 0) {
            return new StoredTensor(name, type, sizes, storage.asSlice(0, 0));
        }
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
        if (last >= elements || bytes / type.bytes() > elements) {
            throw new DamagedFileException("tensor \"" + name + "\" " + type + " " + Arrays.toString(sizes) + " with strides " + Arrays.toString(strides) + " from element " + tensor.offset()
                    + " on goes beyond its storage of " + elements + " elements, or uses some of them twice");
        }
        MemorySegment whole = storage.asSlice(tensor.offset() * type.bytes());
        return new StoredTensor(name, type, sizes, contiguous ? whole.asSlice(0, bytes) : gathered(whole, sizes, strides, bytes, type.bytes()));
    }

    /** The elements row-major. */
    private MemorySegment gathered(MemorySegment storage, long[] sizes, long[] strides, long bytes, int size) throws DamagedFileException {
        room -= bytes;
        if (room < 0) {
            throw new DamagedFileException("its tensors use their storages in so many orders that they would take more than four times the file's size");
        }
        MemorySegment result = arena.allocate(bytes, 8);
        long[] index = new long[sizes.length];
        long from = 0;
        for (long to = 0; to < bytes; to += size) {
            MemorySegment.copy(storage, from * size, result, to, size);
            for (int d = sizes.length - 1; d >= 0; d--) {
                from += strides[d];
                if (++index[d] < sizes[d]) {
                    break;
                }
                from -= strides[d] * sizes[d];
                index[d] = 0;
            }
        }
        return result;
    }
}
