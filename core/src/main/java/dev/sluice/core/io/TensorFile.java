package dev.sluice.core.io;

import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

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
 * <p>A file is mapped: its tensors take memory when they are copied out, and none when they are loaded into a module. It must stay as it is until it is closed. F16, BF16 and F64 become
 * float32, the last of them rounded. What nobody asks for is no obstacle: an object that is not understood is a line of {@link #metadata}, and a tensor that cannot be read says why
 * when it is asked for. All of this may be used by several threads at once, and by threads that are interrupted, which they stay.
 */
public final class TensorFile implements AutoCloseable {
    /** What can be written, and so much can be read. */
    static final int LONGEST_NAME = 500;

    /** So many bytes are worth the start of threads. */
    private static final long LARGE = 1 << 24;

    private final OpenFile file;
    private final Optional<Shards> shards;
    private final Format format;
    private final Map<String, StoredTensor> tensors;
    private final NavigableMap<String, Integer> places = new TreeMap<>(); // in the order of the file
    private final List<StoredTensor> inOrder;
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

        /** Whether a file of this kind can hold a tensor: its bytes are known, and this kind has a name for its type. */
        public boolean holds(StoredTensor tensor) {
            return tensor.hasBytes() && (this == SAFETENSORS ? tensor.isInSafetensors() : tensor.type().storage() != null);
        }
    }

    private TensorFile(OpenFile file, Optional<Shards> shards, Format format, Content content) {
        this.file = file;
        this.shards = shards;
        this.format = format;
        inOrder = content.tensors();
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        for (StoredTensor tensor : inOrder) {
            places.put(tensor.name(), all.size());
            all.put(tensor.name(), tensor);
        }
        tensors = Collections.unmodifiableMap(all);
        metadata = Collections.unmodifiableMap(content.metadata());
    }

    /**
     * A file of any file system; what is not a file of this machine's, such as an entry of a jar, is read into memory whole.
     *
     * @throws DamagedFileException when it is no such file, or damaged
     */
    public static TensorFile open(Path path) throws IOException {
        Path absolute = path.toAbsolutePath(); // what is wrong with a file is told with where it was looked for
        if (Files.isDirectory(absolute)) {
            throw new DamagedFileException(absolute + ": it is a folder; a file of safetensors or of PyTorch is required");
        }
        return open(OpenFile.of(absolute), Shards.of(absolute));
    }

    /**
     * All that a stream has; it is not closed.
     *
     * <pre>{@code
     * try (InputStream in = Tagger.class.getResourceAsStream("tagger.safetensors"); TensorFile file = TensorFile.open("tagger.safetensors", in)) {
     *     file.load(tagger, "");
     * }
     * }</pre>
     *
     * @param name for messages
     * @throws DamagedFileException when it is no such file, or damaged
     */
    public static TensorFile open(String name, InputStream in) throws IOException {
        Objects.requireNonNull(in, () -> "open: the stream for " + name + " is null; is there a resource of this name?");
        return open(OpenFile.of(name, in), Optional.empty());
    }

    /**
     * The bytes of a file, which are not copied and must stay as they are until it is closed.
     *
     * @param name for messages
     * @throws DamagedFileException when they are not those of such a file, or damaged
     */
    public static TensorFile open(String name, byte[] bytes) throws IOException {
        return open(OpenFile.of(name, bytes), Optional.empty());
    }

    private static TensorFile open(OpenFile file, Optional<Shards> shards) throws IOException {
        try {
            Format format = format(file.bytes());
            return new TensorFile(file, shards, format, switch (format) {
                case PYTORCH -> PyTorchArchive.read(file);
                case PYTORCH_LEGACY -> PyTorchLegacy.read(file);
                case SAFETENSORS -> Safetensors.read(file);
            });
        } catch (DamagedFileException e) {
            file.close();
            throw new DamagedFileException(file.name() + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            file.close();
            throw e.getCause();
        } catch (InternalError e) { // of a mapping whose file has become shorter
            file.close();
            throw new DamagedFileException(file.name() + ": it became shorter while it was read");
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    private static Format format(MemorySegment bytes) throws DamagedFileException {
        if (Safetensors.is(bytes)) { // first: the length of its header may look like the beginning of an archive
            return Format.SAFETENSORS;
        } else if (PyTorchArchive.is(bytes)) {
            return Format.PYTORCH;
        } else if (PyTorchLegacy.is(bytes)) {
            return Format.PYTORCH_LEGACY;
        }
        throw new DamagedFileException("it begins neither as safetensors do nor as a checkpoint of PyTorch" + OtherFiles.hint(bytes));
    }

    public Format format() {
        return format;
    }

    /**
     * Texts beside the tensors: safetensors' metadata; of a checkpoint, its numbers and texts, by their keys joined with dots, and the names of the objects in it that are not
     * understood. What is beyond a million letters and sixteen for each byte of a checkpoint's pickle is left out.
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** What is in the file, by name, in its order, and what cannot be read, too. Not to be used when the file is closed. */
    public Map<String, StoredTensor> stored() {
        return tensors;
    }

    /**
     * A copy of a tensor as float32.
     *
     * @throws IllegalArgumentException when there is none of this name, it cannot be read, or it has no floating-point numbers
     */
    public Tensor tensor(String name) {
        return require(name).toTensor();
    }

    private StoredTensor require(String name) {
        StoredTensor stored = tensors.get(name);
        if (stored == null) {
            throw new IllegalArgumentException(file.name() + ": there is no tensor \"" + name + "\"; " + names() + " are there" + whatElse(name) + whereElse());
        }
        return stored;
    }

    private String names() {
        return tensors.size() <= 8 ? tensors.keySet().toString() : tensors.size() + " others, such as " + tensors.keySet().iterator().next();
    }

    private String whatElse(String name) {
        String text = metadata.getOrDefault(name, "");
        return text.startsWith(PyTorchState.OBJECT) ? "; \"" + name + "\" is " + text : "";
    }

    private String whereElse() {
        return shards.map(several -> "; it is one of several files of a model, and the rest is in " + several.others()).orElse("");
    }

    /** Copies of the tensors whose names begin with {@code prefix} and a dot, under what follows; all of them if it is empty. Only those of floating-point numbers are copied. */
    public Map<String, Tensor> tensors(String prefix) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        stored(prefix).forEach((name, stored) -> {
            if (stored.isFloats()) {
                copies.put(name, stored.toTensor());
            }
        });
        return copies;
    }

    /**
     * What is in the file under names that begin with {@code prefix} and a dot, by what follows; all of it if the prefix is empty.
     *
     * @throws IllegalArgumentException when there is nothing
     */
    public Map<String, StoredTensor> stored(String prefix) {
        String start = start(prefix);
        Map<String, StoredTensor> part = new LinkedHashMap<>();
        under(start).values().stream().sorted().map(inOrder::get).forEach(stored -> {
            String rest = stored.name().substring(start.length());
            part.put(rest, stored.named(rest));
        });
        if (part.isEmpty()) {
            String what = whatElse(prefix);
            throw new IllegalArgumentException(file.name() + ": no name begins with \"" + start + "\"; " + names() + " are there" + (what.isEmpty() ? prefixes(start) : what) + whereElse());
        }
        return part;
    }

    /** What names begin with that have this prefix further on; or else, what there is before their last dot. */
    private String prefixes(String start) {
        List<String> longer = tensors.keySet().stream().filter(name -> name.contains("." + start)).map(name -> name.substring(0, name.indexOf("." + start) + 1 + start.length())).distinct().toList();
        List<String> all = tensors.keySet().stream().filter(name -> name.contains(".")).map(name -> name.substring(0, name.lastIndexOf('.') + 1)).distinct().toList();
        List<String> told = longer.isEmpty() ? all : longer;
        return told.isEmpty() ? "; none has a prefix" : "; some begin with " + told.stream().limit(4).map(prefix -> "\"" + prefix + "\"").collect(Collectors.joining(", "))
                + (told.size() <= 4 ? "" : " and " + (told.size() - 4) + " more");
    }

    private static String start(String prefix) {
        return prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
    }

    /** The names that begin so, with a dot at its end: from it to what has the next letter in place of the dot. */
    private Map<String, Integer> under(String start) {
        return start.isEmpty() ? places : places.subMap(start, start.substring(0, start.length() - 1) + (char) ('.' + 1));
    }

    boolean has(String prefix) {
        return !under(start(prefix)).isEmpty();
    }

    /**
     * Writes the tensors whose names begin with {@code prefix} and a dot into the parameters of that name, without a copy in between.
     *
     * @param prefix of the names in the file; empty if the module's are all there is
     * @throws IllegalArgumentException naming what is missing, unexpected or of another shape; nothing is written then
     * @throws DamagedFileException when the file has changed, or a checksum is wrong
     */
    public void load(Module module, String prefix) throws IOException {
        Map<StoredTensor, Tensor> pairs = new LinkedHashMap<>();
        Map<String, StoredTensor> part = stored(prefix);
        try {
            module.load(part, StoredTensor::shapeOfFloats, pairs::put);
        } catch (IllegalArgumentException e) {
            if (shards.isPresent() && !part.keySet().containsAll(module.namedParameters().keySet())) {
                throw new IllegalArgumentException(e.getMessage() + whereElse(), e);
            }
            throw e;
        }
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
     * @throws IllegalArgumentException when there is none of a name, it cannot be read, or it is of another shape; nothing is written then
     * @throws DamagedFileException when the file has changed, or a checksum is wrong
     */
    public void copyTo(Map<String, Tensor> targets) throws IOException {
        Map<StoredTensor, Tensor> pairs = new LinkedHashMap<>();
        targets.forEach((name, tensor) -> pairs.put(require(name).requireShapeOf(tensor), tensor));
        copy(pairs);
    }

    /** All tensors are written together; many bytes are read on several threads. */
    private void copy(Map<StoredTensor, Tensor> pairs) throws IOException {
        try {
            pairs.keySet().forEach(StoredTensor::requireIntact);
            boolean large = file.isMapped() && pairs.keySet().stream().map(StoredTensor::inFile).filter(Objects::nonNull).mapToLong(Elements.InFile::size).sum() >= LARGE;
            Map<StoredTensor, MemorySegment> toRead = new LinkedHashMap<>();
            Tensor.write(pairs.values(), () -> {
                pairs.forEach((stored, tensor) -> {
                    if (large && stored.inFile() != null) {
                        toRead.put(stored, StoredTensor.numbers(tensor, tensor.matrixToWrite()));
                    } else {
                        stored.copyTo(tensor);
                    }
                });
                if (large) {
                    OpenFile.onOwnThread(() -> read(toRead));
                }
            });
            Reference.reachabilityFence(pairs);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void read(Map<StoredTensor, MemorySegment> targets) {
        try (Workers workers = Workers.configured()) {
            targets.forEach((stored, to) -> file.read(workers, stored.inMessages(), stored.inFile().from(), to));
        }
    }

    /**
     * The shapes of what is under a prefix, as {@link dev.sluice.core.LSTM#of(Map)} takes them; what can have none as a tensor is left out.
     *
     * @throws IllegalArgumentException when there is nothing, or the file is one of several and another has names under this prefix, too: part of a module would look like a smaller one
     */
    public Map<String, Shape> shapes(String prefix) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        stored(prefix).forEach((name, tensor) -> {
            if (tensor.hasShape()) {
                shapes.put(name, tensor.shape());
            }
        });
        shards.flatMap(several -> several.elsewhere(prefix)).ifPresent(other -> {
            throw new IllegalArgumentException(file.name() + ": it is one of several files of a model, and has a part of \"" + prefix + "\" only; " + other
                    + " has more of it; all of it in one file is required (in Python, save the model with a larger max_shard_size)");
        });
        return shapes;
    }

    /**
     * Writes tensors to a file: a state dictionary that {@code torch.load} reads, or safetensors, as {@link Format#of} says. It is
     * written beside its place and moved there when it is complete, with the permissions of the file that it replaces; through a link, what that points to; a pipe or a device is
     * written as it is.
     */
    public static void write(Path path, Map<String, Tensor> tensors) throws IOException {
        write(path, tensors, Map.of());
    }

    /**
     * As {@link #write(Path, Map)}, with texts beside the tensors, such as the sizes and the alphabet of a model; {@link #metadata} gives them back.
     *
     * @param metadata for safetensors only
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        write(path, tensors.entrySet().stream().map(e -> StoredTensor.of(e.getKey(), e.getValue())).toList(), metadata);
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
        return shortened(name, 60);
    }

    static String shortened(String name, int most) {
        return name.length() > most ? name.substring(0, most) + "…" : name;
    }

    /** Ends the use of everything in {@link #stored}. Copies stay. */
    @Override
    public void close() {
        file.close();
    }
}
