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
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a training needs to go on as if it had never stopped, to the last bit: the parameters and which of them are frozen, what the optimizer keeps, where the random streams are,
 * how far it has come, and with which options. What all of them are and were made with is kept, too, so that no training goes on as another one: with another kind of optimizer, a
 * longer schedule, less dropout. It is kept in a file of safetensors, from which other programs may take the parameters, {@code model.} and so on. What a {@link dev.sluice.core.StatefulLSTM}
 * carries from batch to batch is not in it: save where it is {@linkplain dev.sluice.core.StatefulLSTM#reset() reset}, or keep its state in a file beside.
 *
 * <pre>{@code
 * Checkpoint checkpoint = new Checkpoint(Map.of("hidden", "64", "rate", "0.003")).with("model", tagger).with("optimizer", adam).with("random", random);
 * checkpoint.save(file, Map.of("epoch", "3"));
 * int epoch = Integer.parseInt(checkpoint.restore(file).get("epoch"));       // perhaps in another process
 * checkpoint.restore(file, "rate", "schedule.total");                        // these two may have changed since; what is here holds
 * }</pre>
 */
public final class Checkpoint {
    private static final String KIND = "kind", TRAINING = "training of Sluice", OPTION = "option.", PROGRESS = "progress.";

    /** Before the name of a part, which has no dots: what it is; and then a dot and a setting: what that was. */
    private static final String SETTING = ".";

    /** Before the name of a parameter that required no gradient. */
    private static final String FROZEN = "..";

    private final Map<String, String> options;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Map<String, Module> modules = new LinkedHashMap<>(); // those among them

    /** Something that is kept: what it is and was made with, tensors that are written in place, and numbers and texts that are put back together. */
    private record Part(Supplier<String> kind, Supplier<Map<String, String>> settings, Supplier<Map<String, Tensor>> tensors, Supplier<Map<String, int[]>> numbers, Supplier<Map<String, String>> texts,
            BiConsumer<Map<String, int[]>, Map<String, String>> putBack) {}

    /**
     * @param options that must be the same when it goes on, such as sizes and rates
     */
    public Checkpoint(Map<String, String> options) {
        this.options = new TreeMap<>(options);
    }

    /** Keeps a module's parameters, under {@code name} and a dot, and which of them require a gradient. What it prints must be the same when it goes on. Returns this. */
    public Checkpoint with(String name, Module module) {
        with(name, new Part(module::toString, Map::of, module::namedParameters, Map::of, Map::of, (_, _) -> {}));
        modules.put(name, module);
        return this;
    }

    /** Keeps what an optimizer keeps for its parameters, and its learning rate. Returns this. */
    public Checkpoint with(String name, Optimizer optimizer) {
        return with(name, new Part(() -> kind(optimizer), () -> settings(optimizer), optimizer::kept, () -> Map.of("steps", optimizer.steps()),
                () -> Map.of("rate", "" + optimizer.learningRate()), (numbers, texts) -> {
            optimizer.steps(numbers.get("steps"));
            optimizer.learningRate(Double.parseDouble(texts.get("rate")));
        }));
    }

    /** Those of the method, and which parameters it has, in their order. */
    private Map<String, String> settings(Optimizer optimizer) {
        Map<Tensor, String> names = new IdentityHashMap<>();
        all(Part::tensors).forEach((name, tensor) -> names.putIfAbsent(tensor, name));
        Map<String, String> settings = new TreeMap<>(optimizer.settings());
        settings.put("parameters", optimizer.parameters().stream().map(parameter -> names.getOrDefault(parameter, "?")).collect(Collectors.joining(", ")));
        return settings;
    }

    /** Keeps the place of a random stream. Returns this. */
    public Checkpoint with(String name, Generator random) {
        return with(name, new Part(() -> "Generator", Map::of, Map::of, () -> Map.of("state", random.state()), Map::of, (numbers, _) -> random.restore(numbers.get("state"))));
    }

    /** Keeps the place of a schedule, early stopping, or something of your own. Returns this. */
    public Checkpoint with(String name, Resumable resumable) {
        return with(name, new Part(() -> kind(resumable), resumable::settings, Map::of, Map::of, resumable::progress, (_, texts) -> resumable.resume(texts)));
    }

    private static String kind(Object part) {
        return part.getClass().isAnonymousClass() ? "anonymous" : part.getClass().getSimpleName();
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
        metadata.putAll(settings());
        modules.forEach((name, module) -> module.namedParameters().forEach((key, parameter) -> {
            if (!parameter.requiresGrad()) {
                metadata.put(FROZEN + name + "." + key, "frozen");
            }
        }));
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

    /** What each part is, and with what settings. */
    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        parts.forEach((name, part) -> {
            settings.put(SETTING + name, part.kind.get());
            part.settings.get().forEach((key, value) -> settings.put(SETTING + name + "." + key, value));
        });
        return settings;
    }

    /**
     * Makes everything as it was when the file was saved.
     *
     * @param changed options and settings that may have been others, by the names that the message gives them; what is here holds
     * @return how far it had come
     * @throws DamagedFileException when it is no file of safetensors, or a damaged one
     * @throws IllegalArgumentException when it is of another training, naming every option, part, shape and setting that differs; nothing is changed then. A file from before
     *         settings were kept tells none, and none are compared
     */
    public Map<String, String> restore(Path path, String... changed) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            requireSame(path, file, List.of(changed));
            parts.forEach((name, part) -> putBack(path, file, name, part));
            file.copyTo(all(Part::tensors));
            modules.forEach((name, module) -> {
                if (file.metadata().containsKey(SETTING + name)) {
                    module.namedParameters().forEach((key, parameter) -> parameter.requireGrad(!file.metadata().containsKey(FROZEN + name + "." + key)));
                }
            });
            return part(file.metadata(), PROGRESS);
        }
    }

    private static void putBack(Path path, TensorFile file, String name, Part part) {
        try {
            Map<String, int[]> numbers = new HashMap<>();
            part.numbers.get().keySet().forEach(key -> numbers.put(key, file.stored().get(name + "." + key).toInts()));
            part.putBack.accept(numbers, part(file.metadata(), name + "."));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": what it tells of " + name + " is nothing to go on from: " + e.getMessage(), e);
        }
    }

    private void requireSame(Path path, TensorFile file, List<String> changed) {
        Map<String, String> theirs = new TreeMap<>(file.metadata());
        if (!TRAINING.equals(theirs.remove(KIND))) {
            throw new IllegalArgumentException(path + ": it holds tensors, but no checkpoint of a training");
        }
        theirs.keySet().removeIf(name -> name.startsWith(PROGRESS) || name.startsWith(SETTING));
        List<String> differences = new ArrayList<>();
        options.forEach((name, value) -> {
            String other = theirs.remove(OPTION + name);
            if (!value.equals(other) && !changed.contains(name)) {
                differences.add(name + " is " + (other == null ? "not set" : other) + " there, " + value + " here");
            }
        });
        Map<String, String> forms = new LinkedHashMap<>(), theirForms = new LinkedHashMap<>();
        all(Part::tensors).forEach((name, tensor) -> forms.put(name, StoredTensor.of(name, tensor).form()));
        all(Part::numbers).forEach((name, numbers) -> forms.put(name, StoredTensor.of(name, numbers).form()));
        new TreeMap<>(all(Part::texts)).keySet().forEach(name -> forms.put(name, "a text"));
        file.stored().forEach((name, tensor) -> theirForms.put(name, tensor.form()));
        changed.forEach(name -> theirs.remove(OPTION + name));
        theirs.forEach((name, value) -> theirForms.put(name, name.startsWith(OPTION) ? value : "a text"));
        forms.forEach((name, form) -> {
            String other = theirForms.remove(name);
            if (!form.equals(other)) {
                differences.add(name + " is " + (other == null ? "missing" : other) + " there, " + form + " here");
            }
        });
        theirForms.forEach((name, form) -> differences.add((name.startsWith(OPTION) ? name.substring(OPTION.length()) : name) + " is " + form + " there, missing here"));
        differences.addAll(otherSettings(file.metadata(), changed));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(path + ": it is a checkpoint of another training: " + String.join("; ", differences));
        }
    }

    /** Of the parts that the file tells something of. */
    private List<String> otherSettings(Map<String, String> metadata, List<String> changed) {
        Map<String, String> settings = settings();
        List<String> differences = new ArrayList<>();
        for (String part : parts.keySet()) {
            if (metadata.containsKey(SETTING + part)) {
                Stream.of(settings, metadata).flatMap(all -> all.keySet().stream()).filter(key -> key.equals(SETTING + part) || key.startsWith(SETTING + part + ".")).distinct().sorted().forEach(key -> {
                    String here = settings.getOrDefault(key, "not set"), there = metadata.getOrDefault(key, "not set"), name = key.substring(SETTING.length());
                    if (!here.equals(there) && !changed.contains(name)) {
                        differences.add(name + " is " + only(there, here) + " there, " + only(here, there) + " here");
                    }
                });
            }
        }
        return differences;
    }

    /** The lines that another text has not. */
    private static String only(String text, String other) {
        List<String> others = other.lines().toList();
        return text.lines().filter(line -> !others.contains(line)).map(String::strip).collect(Collectors.joining(", "));
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
