package dev.sluice.core.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * What {@code torch.save} writes: a zip archive of a pickle, {@code NAME/data.pkl}, and a file for each storage, {@code NAME/data/KEY}. Nothing in it is compressed, and nothing is
 * unpacked to files.
 */
final class PyTorchArchive {
    private static final String PICKLE = "/data.pkl";

    private PyTorchArchive() {}

    static boolean is(MemorySegment file) {
        return file.byteSize() > 22 && file.get(DType.INT, 0) == 0x04034b50;
    }

    static TensorFile.Content read(Path path, Arena arena) throws IOException {
        try (ZipFile zip = new ZipFile(path.toFile(), StandardCharsets.UTF_8)) {
            return new Reader(zip, path.toFile().length(), arena).read();
        } catch (ZipException | EOFException e) {
            throw new DamagedFileException("it is no intact zip archive" + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        }
    }

    private static final class Reader {
        private final ZipFile zip;
        private final long fileSize;
        private final Arena arena;
        private final Map<String, ZipEntry> entries = new HashMap<>();
        private final Map<String, MemorySegment> storages = new HashMap<>();
        private long unread;

        Reader(ZipFile zip, long fileSize, Arena arena) {
            this.zip = zip;
            this.fileSize = fileSize;
            unread = fileSize;
            this.arena = arena;
        }

        TensorFile.Content read() throws IOException {
            String root = null;
            for (ZipEntry entry : (Iterable<ZipEntry>) () -> zip.stream().map(e -> (ZipEntry) e).iterator()) {
                if (entries.put(entry.getName(), entry) != null) {
                    throw new DamagedFileException("its zip archive has " + entry.getName() + " twice");
                }
                if (entry.getName().endsWith(PICKLE) && entry.getName().indexOf('/') == entry.getName().length() - PICKLE.length()) {
                    if (root != null) {
                        throw new DamagedFileException("its zip archive has two checkpoints, " + root + PICKLE + " and " + entry.getName());
                    }
                    root = entry.getName().substring(0, entry.getName().indexOf('/'));
                }
            }
            if (root == null) {
                throw new DamagedFileException("it is a zip archive, but no checkpoint: there is no data.pkl in its only folder");
            }
            String order = root + "/byteorder";
            if (entries.containsKey(order) && !new String(bytes(order).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII).equals("little")) {
                throw new DamagedFileException("its numbers are not little-endian");
            }
            String folder = root + "/data/";
            Object state = new Unpickler(bytes(root + PICKLE), 0).next();
            return PyTorchState.read(state, storage -> storage(folder, storage), fileSize, arena);
        }

        private MemorySegment storage(String folder, Pickled.Storage storage) throws DamagedFileException {
            MemorySegment bytes = storages.get(storage.key());
            if (bytes == null) {
                try {
                    bytes = bytes(folder + storage.key());
                } catch (DamagedFileException e) {
                    throw e;
                } catch (IOException e) {
                    throw new DamagedFileException("its storage " + storage.key() + " cannot be read: " + e.getMessage());
                }
                storages.put(storage.key(), bytes);
            }
            if (storage.elements() != bytes.byteSize() / storage.type().bytes() || bytes.byteSize() % storage.type().bytes() != 0) {
                throw new DamagedFileException("its storage " + storage.key() + " is said to have " + storage.elements() + " elements of " + storage.type() + "; there are "
                        + bytes.byteSize() + " bytes");
            }
            return bytes;
        }

        private MemorySegment bytes(String name) throws IOException {
            ZipEntry entry = entries.get(name);
            if (entry == null) {
                throw new DamagedFileException("its zip archive lacks " + name);
            }
            if (entry.getMethod() != ZipEntry.STORED || entry.getSize() > fileSize) {
                throw new DamagedFileException(name + " is compressed, or said to have " + entry.getSize() + " bytes of a file of " + fileSize + "; PyTorch compresses nothing, and neither is read");
            }
            unread -= entry.getSize();
            if (unread < 0) {
                throw new DamagedFileException("the files in its zip archive are larger than it, together; they overlap");
            }
            MemorySegment bytes = arena.allocate(entry.getSize(), 64);
            try (InputStream in = zip.getInputStream(entry)) {
                byte[] piece = new byte[1 << 16];
                long at = 0;
                for (int count = in.read(piece); count > 0 && at + count <= entry.getSize(); count = in.read(piece)) {
                    MemorySegment.copy(piece, 0, bytes, ValueLayout.JAVA_BYTE, at, count);
                    at += count;
                }
                if (at != entry.getSize()) {
                    throw new DamagedFileException(name + " has " + at + " bytes where " + entry.getSize() + " are announced");
                }
            }
            return bytes;
        }
    }

    /**
     * @throws IllegalArgumentException when it could not be read again
     */
    static void requireReadable(List<StoredTensor> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("write: there are no tensors; a checkpoint of PyTorch needs at least one");
        }
        for (StoredTensor tensor : tensors) {
            if (tensor.sizes().length > Unpickler.MOST_DIMENSIONS) {
                throw new IllegalArgumentException("write: " + TensorFile.shortened(tensor.name()) + " has " + tensor.sizes().length + " dimensions; at most " + Unpickler.MOST_DIMENSIONS
                        + " can be read again from a checkpoint of PyTorch; write safetensors");
            }
        }
    }

    /** A state dictionary. */
    static void write(OutputStream out, List<StoredTensor> tensors) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        entry(zip, "archive" + PICKLE, MemorySegment.ofArray(pickle(tensors)));
        entry(zip, "archive/byteorder", text("little"));
        for (int i = 0; i < tensors.size(); i++) {
            entry(zip, "archive/data/" + i, tensors.get(i).bytes());
        }
        entry(zip, "archive/version", text("3\n"));
        zip.finish();
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void entry(ZipOutputStream zip, String name, MemorySegment bytes) throws IOException {
        CRC32 sum = new CRC32();
        Bytes.inPieces(bytes, sum::update);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.byteSize());
        entry.setCrc(sum.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        Bytes.write(zip, bytes);
        zip.closeEntry();
    }

    /** {@code OrderedDict([(name, _rebuild_tensor_v2(storage, 0, sizes, strides, False, OrderedDict())), …])} in protocol 2. */
    private static byte[] pickle(List<StoredTensor> tensors) {
        Pickler pickle = new Pickler();
        pickle.code(0x80, 2).emptyDictionary().code('(');
        for (int i = 0; i < tensors.size(); i++) {
            StoredTensor tensor = tensors.get(i);
            pickle.text(tensor.name()).global("torch._utils", "_rebuild_tensor_v2").code('(');
            pickle.code('(').text("storage").global("torch", tensor.type().storage()).text("" + i).text("cpu").number(tensor.elements()).code('t', 'Q');
            pickle.number(0).tuple(tensor.sizes()).tuple(strides(tensor.sizes())).code(0x89).emptyDictionary().code('t', 'R');
        }
        return pickle.code('u', '.').bytes();
    }

    private static long[] strides(long[] sizes) {
        long[] strides = new long[sizes.length];
        boolean none = Arrays.stream(sizes).anyMatch(size -> size == 0); // the others may be larger together than any number
        long stride = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= none ? 1 : sizes[d];
        }
        return strides;
    }
}
