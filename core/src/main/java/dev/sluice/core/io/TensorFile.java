package dev.sluice.core.io;

import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Tensors in a file: safetensors, or a checkpoint that PyTorch's {@code torch.save} wrote (a state dictionary, or dictionaries and lists that hold some; their keys are joined with
 * dots). What kind it is, its content tells.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("model.pt"))) {
 *     file.load(lstm, "encoder.lstm");          // what is named encoder.lstm.weight_ih_l0 and so on
 * }
 * TensorFile.write(Path.of("lstm.safetensors"), lstm.namedParameters());
 * }</pre>
 *
 * <p>A file of safetensors is mapped: its tensors take memory when they are copied out, and none when they are loaded into a module. It must stay as it is until it is closed. F16, BF16 and F64 become float32,
 * the last of them rounded.
 */
public final class TensorFile implements AutoCloseable {
    /** What can be written, and so much can be read. */
    static final int LONGEST_NAME = 500;

    /** A file that is worth the start of threads. */
    private static final long LARGE = 1 << 24;

    private static final long PIECE = 1 << 20;

    private final Path path;
    private final Format format;
    private final FileChannel channel;
    private final MemorySegment bytes; // all of the file, mapped
    private final Arena arena;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;

    /** What there is in a file: tensors, and texts beside them. */
    record Content(List<StoredTensor> tensors, Map<String, String> metadata) {}

    /** The kinds of files. */
    public enum Format {
        /** Safetensors. */
        SAFETENSORS,
        /** What {@code torch.save} writes, since PyTorch 1.6. */
        PYTORCH,
        /** What it wrote before. */
        PYTORCH_LEGACY;

        /** The kind of file that is written under a name: {@link #PYTORCH} if it ends with {@code .pt} or {@code .pth}, else safetensors. */
        public static Format of(Path path) {
            String name = path.toString();
            return name.endsWith(".pt") || name.endsWith(".pth") ? PYTORCH : SAFETENSORS;
        }
    }

    private TensorFile(Path path, Format format, FileChannel channel, MemorySegment bytes, Arena arena, Content content) {
        this.path = path;
        this.format = format;
        this.channel = channel;
        this.bytes = bytes;
        this.arena = arena;
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        content.tensors().forEach(tensor -> all.put(tensor.name(), tensor));
        tensors = Collections.unmodifiableMap(all);
        metadata = Collections.unmodifiableMap(content.metadata());
    }

    /**
     * @throws DamagedFileException when it is no such file, or damaged, or holds what is not read for safety's sake
     */
    public static TensorFile open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new DamagedFileException(path + ": it is a folder; a file of safetensors or of PyTorch is required");
        }
        FileChannel channel = FileChannel.open(path);
        Arena arena = Arena.ofShared();
        try {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            Format format = format(bytes);
            return new TensorFile(path, format, channel, bytes, arena, switch (format) {
                case PYTORCH -> PyTorchArchive.read(path, arena);
                case PYTORCH_LEGACY -> PyTorchLegacy.read(bytes, arena);
                case SAFETENSORS -> Safetensors.read(bytes);
            });
        } catch (DamagedFileException e) {
            close(channel, arena);
            throw new DamagedFileException(path + ": " + e.getMessage());
        } catch (Throwable e) {
            close(channel, arena);
            throw e;
        }
    }

    private static Format format(MemorySegment bytes) throws DamagedFileException {
        if (PyTorchArchive.is(bytes)) {
            return Format.PYTORCH;
        } else if (PyTorchLegacy.is(bytes)) {
            return Format.PYTORCH_LEGACY;
        } else if (Safetensors.is(bytes)) {
            return Format.SAFETENSORS;
        }
        throw new DamagedFileException("it begins neither as safetensors do nor as a checkpoint of PyTorch");
    }

    private static void close(FileChannel channel, Arena arena) {
        arena.close();
        try {
            channel.close();
        } catch (IOException nothingWasWritten) {
            // and so nothing is lost
        }
    }

    public Format format() {
        return format;
    }

    /** Texts beside the tensors: safetensors' metadata; of a checkpoint, its numbers and texts, by their keys joined with dots. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** What is in the file, by name, in its order. Not to be used when the file is closed. */
    public Map<String, StoredTensor> stored() {
        return tensors;
    }

    /**
     * A copy of a tensor as float32.
     *
     * @throws IllegalArgumentException when there is none of this name, or it has no floating-point numbers
     */
    public Tensor tensor(String name) {
        return require(name).toTensor();
    }

    private StoredTensor require(String name) {
        StoredTensor stored = tensors.get(name);
        if (stored == null) {
            throw new IllegalArgumentException(path + ": there is no tensor \"" + name + "\"; " + names() + " are there");
        }
        return stored;
    }

    private String names() {
        return tensors.size() <= 20 ? tensors.keySet().toString() : tensors.size() + " others, such as " + tensors.keySet().iterator().next();
    }

    /** Copies of the tensors whose names begin with {@code prefix} and a dot, under what follows; all of them if it is empty. */
    public Map<String, Tensor> tensors(String prefix) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        stored(prefix).forEach((name, stored) -> copies.put(name, stored.toTensor()));
        return copies;
    }

    /**
     * What is in the file under names that begin with {@code prefix} and a dot, by what follows; all of it if the prefix is empty.
     *
     * @throws IllegalArgumentException when there is nothing
     */
    public Map<String, StoredTensor> stored(String prefix) {
        Map<String, StoredTensor> part = new LinkedHashMap<>();
        String start = prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
        tensors.forEach((name, stored) -> {
            if (name.startsWith(start)) {
                part.put(name.substring(start.length()), stored.named(name.substring(start.length())));
            }
        });
        if (part.isEmpty()) {
            throw new IllegalArgumentException(path + ": no name begins with \"" + start + "\"; " + names() + " are there");
        }
        return part;
    }

    /**
     * Writes the tensors whose names begin with {@code prefix} and a dot into the parameters of that name, without a copy in between.
     *
     * @param prefix of the names in the file; empty if the module's are all there is
     * @throws IllegalArgumentException naming every parameter that is missing, unexpected or of another shape; nothing is written then
     */
    public void load(Module module, String prefix) throws IOException {
        Map<StoredTensor, Tensor> pairs = new LinkedHashMap<>();
        module.load(stored(prefix), StoredTensor::shapeOfFloats, pairs::put);
        copy(pairs);
    }

    /**
     * As {@link #load}, for what has the same names on both sides; PyTorch's {@code strict=False}.
     *
     * @return what was left alone
     */
    public Module.Unmatched loadMatching(Module module, String prefix) throws IOException {
        Map<StoredTensor, Tensor> pairs = new LinkedHashMap<>();
        Module.Unmatched unmatched = module.loadMatching(stored(prefix), StoredTensor::shapeOfFloats, pairs::put);
        copy(pairs);
        return unmatched;
    }

    /**
     * Writes the tensors of these names into {@code targets}, without a copy in between.
     *
     * @throws IllegalArgumentException when there is none of a name, or it is of another shape; nothing is written then
     */
    public void copyTo(Map<String, Tensor> targets) throws IOException {
        Map<StoredTensor, Tensor> pairs = new LinkedHashMap<>();
        targets.forEach((name, tensor) -> pairs.put(require(name).requireShapeOf(tensor), tensor));
        copy(pairs);
    }

    /** All tensors are written together; a large file is read on several threads. */
    private void copy(Map<StoredTensor, Tensor> pairs) throws IOException {
        try (Workers workers = bytes.byteSize() < LARGE ? Workers.of(1) : Workers.configured()) {
            Tensor.write(pairs.values(), () -> pairs.forEach((stored, tensor) -> {
                if (format == Format.SAFETENSORS && stored.isMemory()) {
                    read(stored, tensor, workers);
                } else {
                    stored.copyTo(tensor);
                }
            }));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Reads numbers where they belong; through the mapping each of its pages would cost a fault, which takes twice as long as the reading. */
    private void read(StoredTensor stored, Tensor tensor, Workers workers) {
        MemorySegment to = StoredTensor.numbers(tensor, tensor.matrixToWrite());
        long from = stored.bytes().address() - bytes.address();
        workers.run((int) Math.ceilDiv(to.byteSize(), PIECE), i -> {
            ByteBuffer piece = to.asSlice(i * PIECE, Math.min(PIECE, to.byteSize() - i * PIECE)).asByteBuffer();
            try {
                for (long at = from + i * PIECE; piece.hasRemaining(); ) {
                    int count = channel.read(piece, at);
                    if (count < 0) {
                        throw new DamagedFileException(path + ": it became shorter while it was read");
                    }
                    at += count;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Reference.reachabilityFence(tensor);
    }

    /** The shapes of what is under a prefix, as {@link dev.sluice.core.LSTM#of(Map)} takes them. */
    public Map<String, Shape> shapes(String prefix) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        stored(prefix).forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    /**
     * Writes tensors to a file: a state dictionary that {@code torch.load} reads, or safetensors, as {@link Format#of} says. It is
     * written beside its place and moved there when it is complete, with the permissions of the file that it replaces; through a link, what that points to; a pipe or a device is
     * written as it is.
     */
    public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
        write(path, tensors.entrySet().stream().map(e -> StoredTensor.of(e.getKey(), e.getValue())).toList(), Map.of());
    }

    /**
     * As {@link #write(Path, Map)}.
     *
     * @param metadata for safetensors only
     * @throws IllegalArgumentException when {@link #open} would refuse the file: two tensors have one name, a name or a text is no Unicode or too long, there are no tensors or there
     *         is metadata for a checkpoint; what was there before is untouched then
     */
    public static void write(Path path, List<StoredTensor> tensors, Map<String, String> metadata) throws IOException {
        Beside.write(path, Written.of(Format.of(path), tensors, metadata));
        Reference.reachabilityFence(tensors); // and with them the memory that was written
    }

    /**
     * Writes what {@link #write(Path, List, Map)} writes to a file.
     *
     * @param out is not closed
     * @param format {@link Format#SAFETENSORS} or {@link Format#PYTORCH}
     */
    public static void write(OutputStream out, Format format, List<StoredTensor> tensors, Map<String, String> metadata) throws IOException {
        Written.of(format, tensors, metadata).to(out);
        Reference.reachabilityFence(tensors);
    }

    /**
     * Deletes what processes left half-written in a folder when they were killed, {@code model.safetensors.03f5a1c2d4e6b789.part}; what somebody is writing now stays.
     *
     * @param of the files that were to be written, by their names (the first 50 letters of them)
     */
    public static void deleteLeftovers(Path folder, Predicate<String> of) throws IOException {
        Beside.deleteLeftovers(folder, of);
    }

    /** For messages. */
    static String shortened(String name) {
        return name.length() > 60 ? name.substring(0, 60) + "…" : name;
    }

    /** Ends the use of everything in {@link #stored}. Copies stay. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            close(channel, arena);
        }
    }
}
