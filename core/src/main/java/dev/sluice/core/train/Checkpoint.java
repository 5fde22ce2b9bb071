package dev.sluice.core.train;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.io.DamagedFileException;
import dev.sluice.core.io.StoredTensor;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a training needs to go on as if it had never stopped, to the last bit: the parameters, what the optimizer keeps, where the random streams are, how far it has come, and
 * with which options. It is kept in a file of safetensors, from which other programs may take the parameters, {@code model.} and so on. What a {@link dev.sluice.core.StatefulLSTM}
 * carries from batch to batch is not in it: save where it is {@linkplain dev.sluice.core.StatefulLSTM#reset() reset}, or keep its state in a file beside.
 *
 * <pre>{@code
 * Checkpoint checkpoint = new Checkpoint(Map.of("hidden", "64", "rate", "0.003")).with("model", tagger).with("optimizer", adam).with("random", random);
 * checkpoint.save(file, Map.of("epoch", "3"));
 * int epoch = Integer.parseInt(checkpoint.restore(file).get("epoch"));       // perhaps in another process
 * }</pre>
 */
public final class Checkpoint {
    private static final String KIND = "kind", TRAINING = "training of Sluice", OPTION = "option.", PROGRESS = "progress.";

    private final Map<String, String> options;
    private final Map<String, Part> parts = new LinkedHashMap<>();

    /** Something that is kept: tensors that are written in place, and numbers and texts that are put back together. */
    private record Part(Supplier<Map<String, Tensor>> tensors, Supplier<Map<String, int[]>> numbers, Supplier<Map<String, String>> texts,
            BiConsumer<Map<String, int[]>, Map<String, String>> putBack) {}

    /**
     * @param options that must be the same when it goes on, such as sizes and rates
     */
    public Checkpoint(Map<String, String> options) {
        this.options = new TreeMap<>(options);
    }

    /** Keeps a module's parameters, under {@code name} and a dot. Returns this. */
    public Checkpoint with(String name, Module module) {
        return with(name, new Part(module::namedParameters, Map::of, Map::of, (_, _) -> {}));
    }

    /** Keeps what an optimizer keeps for its parameters, and its learning rate. Returns this. */
    public Checkpoint with(String name, Optimizer optimizer) {
        return with(name, new Part(optimizer::kept, () -> Map.of("steps", optimizer.steps()), () -> Map.of("rate", "" + optimizer.learningRate()), (numbers, texts) -> {
            optimizer.steps(numbers.get("steps"));
            optimizer.learningRate(Double.parseDouble(texts.get("rate")));
        }));
    }

    /** Keeps the place of a random stream. Returns this. */
    public Checkpoint with(String name, Generator random) {
        return with(name, new Part(Map::of, () -> Map.of("state", random.state()), Map::of, (numbers, _) -> random.restore(numbers.get("state"))));
    }

    /** Keeps the place of a schedule, early stopping, or something of your own. Returns this. */
    public Checkpoint with(String name, Resumable resumable) {
        return with(name, new Part(Map::of, Map::of, resumable::progress, (_, texts) -> resumable.resume(texts)));
    }

    private Checkpoint with(String name, Part part) {
        if (parts.containsKey(name) || name.isEmpty() || name.contains(".") || (name + ".").equals(OPTION) || (name + ".").equals(PROGRESS)) {
            throw new IllegalArgumentException("Checkpoint: the name \"" + name + "\"; names must be new, not empty, without dots, and other than option and progress");
        }
        parts.put(name, part);
        return this;
    }

    /**
     * Writes everything as it is now, beside the file's place, and moves it there when it is complete.
     *
     * @param progress how far it has come, in the program's own words
     */
    public void save(Path file, Map<String, String> progress) throws IOException {
        if (TensorFile.Format.of(file) != TensorFile.Format.SAFETENSORS) {
            throw new IllegalArgumentException("Checkpoint: " + file + "; a checkpoint is kept as safetensors; another name, such as one that ends with .safetensors, is required");
        }
        List<StoredTensor> tensors = new ArrayList<>();
        all(Part::tensors).forEach((name, tensor) -> tensors.add(StoredTensor.of(name, tensor)));
        all(Part::numbers).forEach((name, numbers) -> tensors.add(StoredTensor.of(name, numbers)));
        Map<String, String> metadata = new TreeMap<>(all(Part::texts));
        metadata.put(KIND, TRAINING);
        options.forEach((name, value) -> metadata.put(OPTION + name, value));
        progress.forEach((name, value) -> metadata.put(PROGRESS + name, value));
        TensorFile.write(file, tensors, metadata);
    }

    /** What all parts have of one kind, under their names and a dot. */
    private <T> Map<String, T> all(Function<Part, Supplier<Map<String, T>>> kind) {
        Map<String, T> all = new LinkedHashMap<>();
        parts.forEach((name, part) -> kind.apply(part).get().forEach((key, value) -> all.put(name + "." + key, value)));
        return all;
    }

    /**
     * Makes everything as it was when the file was saved.
     *
     * @return how far it had come
     * @throws DamagedFileException when it is no file of safetensors, or a damaged one
     * @throws IllegalArgumentException when it is of another training, naming every option, part and shape that differs; nothing is changed then
     */
    public Map<String, String> restore(Path path) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            requireSame(path, file);
            parts.forEach((name, part) -> {
                Map<String, int[]> numbers = new HashMap<>();
                part.numbers.get().keySet().forEach(key -> numbers.put(key, file.stored().get(name + "." + key).toInts()));
                part.putBack.accept(numbers, part(file.metadata(), name + "."));
            });
            file.copyTo(all(Part::tensors));
            return part(file.metadata(), PROGRESS);
        }
    }

    private void requireSame(Path path, TensorFile file) {
        Map<String, String> theirs = new TreeMap<>(file.metadata());
        if (!TRAINING.equals(theirs.remove(KIND))) {
            throw new IllegalArgumentException(path + ": it holds tensors, but no checkpoint of a training");
        }
        theirs.keySet().removeIf(name -> name.startsWith(PROGRESS));
        List<String> differences = new ArrayList<>();
        options.forEach((name, value) -> {
            String other = theirs.remove(OPTION + name);
            if (!value.equals(other)) {
                differences.add(name + " is " + (other == null ? "not set" : other) + " there, " + value + " here");
            }
        });
        Map<String, String> forms = new LinkedHashMap<>(), theirForms = new LinkedHashMap<>();
        all(Part::tensors).forEach((name, tensor) -> forms.put(name, StoredTensor.of(name, tensor).form()));
        all(Part::numbers).forEach((name, numbers) -> forms.put(name, StoredTensor.of(name, numbers).form()));
        new TreeMap<>(all(Part::texts)).keySet().forEach(name -> forms.put(name, "a text"));
        file.stored().forEach((name, tensor) -> theirForms.put(name, tensor.form()));
        theirs.forEach((name, value) -> theirForms.put(name, name.startsWith(OPTION) ? value : "a text"));
        forms.forEach((name, form) -> {
            String other = theirForms.remove(name);
            if (!form.equals(other)) {
                differences.add(name + " is " + (other == null ? "missing" : other) + " there, " + form + " here");
            }
        });
        theirForms.forEach((name, form) -> differences.add((name.startsWith(OPTION) ? name.substring(OPTION.length()) : name) + " is " + form + " there, missing here"));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(path + ": it is a checkpoint of another training: " + String.join("; ", differences));
        }
    }

    private static Map<String, String> part(Map<String, String> metadata, String prefix) {
        Map<String, String> part = new TreeMap<>();
        metadata.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), value);
            }
        });
        return part;
    }
}
