package dev.sluice.core.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What {@code torch.save} writes: a zip archive of a pickle, {@code NAME/data.pkl}, and a file for each storage, {@code NAME/data/KEY}. Nothing in it is compressed, and all
 * is used where it lies.
 */
final class PyTorchArchive {
    private static final String PICKLE = "/data.pkl";

    private PyTorchArchive() {}

    static boolean is(MemorySegment file) {
        return ZipDirectory.is(file);
    }

    static TensorFile.Content read(OpenFile file) throws DamagedFileException {
        ZipDirectory zip = new ZipDirectory(file);
        String root = root(zip);
        String order = root + "/byteorder";
        if (zip.entries().containsKey(order) && !new String(whole(zip, order, 16), StandardCharsets.US_ASCII).equals("little")) {
            throw new DamagedFileException("its numbers are not little-endian");
        }
        Elements.InFile pickle = zip.bytes(root + PICKLE);
        pickle.requireIntact("its pickle");
        long fileSize = file.bytes().byteSize();
        Object state = new Unpickler(file.bytes().asSlice(pickle.from(), pickle.size()), 0).next();
        Storages storages = new Storages(zip, root + "/data/", fileSize);
        return PyTorchState.read(state, storages::bytes, pickle.size(), fileSize);
    }

    private static String root(ZipDirectory zip) throws DamagedFileException {
        String root = null;
        for (String name : zip.entries().keySet()) {
            if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
                if (root != null) {
                    throw new DamagedFileException("its zip archive has two checkpoints, " + root + PICKLE + " and " + name);
                }
                root = name.substring(0, name.indexOf('/'));
            }
        }
        if (root == null) {
            boolean arrays = !zip.entries().isEmpty() && zip.entries().keySet().stream().allMatch(name -> name.endsWith(".npy"));
            throw new DamagedFileException("it is a zip archive, but no checkpoint: there is no data.pkl in its only folder" + (arrays ? "; it holds arrays of NumPy (.npz)" : ""));
        }
        return root;
    }

    private static byte[] whole(ZipDirectory zip, String name, int most) throws DamagedFileException {
        Elements.InFile bytes = zip.bytes(name);
        return bytes.file().bytes().asSlice(bytes.from(), Math.min(most, bytes.size())).toArray(ValueLayout.JAVA_BYTE);
    }

    /** The files of the storages, each looked up once. */
    private static final class Storages {
        private final ZipDirectory zip;
        private final String folder;
        private final Map<String, Elements.InFile> known = new HashMap<>();
        private long left;

        Storages(ZipDirectory zip, String folder, long fileSize) {
            this.zip = zip;
            this.folder = folder;
            left = fileSize;
        }

        Elements.InFile bytes(Pickled.Storage storage) throws DamagedFileException {
            Elements.InFile bytes = known.get(storage.key());
            if (bytes == null) {
                bytes = zip.bytes(folder + storage.key());
                left -= bytes.size();
                if (left < 0) {
                    throw new DamagedFileException("the files in its zip archive are larger than it, together; they overlap");
                }
                known.put(storage.key(), bytes);
            }
            int size = storage.type().bits() / 8;
            if (size > 0 && (storage.elements() != bytes.size() / size || bytes.size() % size != 0)) {
                throw new DamagedFileException("its storage " + storage.key() + " is said to have " + storage.elements() + " elements of " + storage.type() + "; there are " + bytes.size()
                        + " bytes");
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
            if (tensor.sizes().length > Pickled.MOST_DIMENSIONS) {
                throw new IllegalArgumentException("write: " + TensorFile.shortened(tensor.name()) + " has " + tensor.sizes().length + " dimensions; at most " + Pickled.MOST_DIMENSIONS
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
