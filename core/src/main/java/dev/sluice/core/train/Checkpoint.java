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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that a training needs to go on as if it had never stopped, to the last bit: the parameters, what the optimizer keeps, where the random streams are, how far it has come, and
 * with which options. It is kept in a file of safetensors, from which other programs may take the parameters, {@code model.} and so on.
 *
 * <pre>{@code
 * Checkpoint checkpoint = new Checkpoint(Map.of("hidden", "64", "rate", "0.003")).of("model", tagger).of("optimizer", adam).of("random", random);
 * checkpoint.save(file, Map.of("epoch", "3"));
 * int epoch = Integer.parseInt(checkpoint.restore(file).get("epoch"));       // perhaps in another process
 * }</pre>
 */
public final class Checkpoint {
    private static final String KIND = "kind", TRAINING = "training of Sluice", OPTION = "option.", PROGRESS = "progress.", RATE = ".rate", STEPS = ".steps", STATE = ".state";

    private final Map<String, String> options;
    private final Map<String, Module> modules = new LinkedHashMap<>();
    private final Map<String, Optimizer> optimizers = new LinkedHashMap<>();
    private final Map<String, Generator> generators = new LinkedHashMap<>();
    private final Map<String, Resumable> others = new LinkedHashMap<>();

    /**
     * @param options that must be the same when it goes on, such as sizes and rates
     */
    public Checkpoint(Map<String, String> options) {
        this.options = new TreeMap<>(options);
    }

    /** Its parameters are kept, under {@code name} and a dot. Returns this. */
    public Checkpoint of(String name, Module module) {
        return put(modules, name, module);
    }

    /** What it keeps for its parameters is kept, and its learning rate. Returns this. */
    public Checkpoint of(String name, Optimizer optimizer) {
        return put(optimizers, name, optimizer);
    }

    /** Where its stream is is kept. Returns this. */
    public Checkpoint of(String name, Generator random) {
        return put(generators, name, random);
    }

    /** Where it is is kept. Returns this. */
    public Checkpoint of(String name, Resumable other) {
        return put(others, name, other);
    }

    private <T> Checkpoint put(Map<String, T> kind, String name, T part) {
        boolean known = modules.containsKey(name) || optimizers.containsKey(name) || generators.containsKey(name) || others.containsKey(name);
        if (known || name.isEmpty() || name.contains(".") || (name + ".").equals(OPTION) || (name + ".").equals(PROGRESS)) {
            throw new IllegalArgumentException("Checkpoint: the name \"" + name + "\"; names must be new, not empty, without dots, and other than option and progress");
        }
        kind.put(name, part);
        return this;
    }

    /**
     * Writes everything as it is now, beside the file's place, and moves it there when it is complete.
     *
     * @param progress how far it has come, in the program's own words
     */
    public void save(Path file, Map<String, String> progress) throws IOException {
        List<StoredTensor> tensors = new ArrayList<>();
        tensors().forEach((name, tensor) -> tensors.add(StoredTensor.of(name, tensor)));
        numbers().forEach((name, numbers) -> tensors.add(StoredTensor.of(name, numbers)));
        Map<String, String> metadata = new LinkedHashMap<>(Map.of(KIND, TRAINING));
        options.forEach((name, value) -> metadata.put(OPTION + name, value));
        optimizers.forEach((name, optimizer) -> metadata.put(name + RATE, Double.toString(optimizer.learningRate())));
        others.forEach((name, other) -> new TreeMap<>(other.progress()).forEach((key, value) -> metadata.put(name + "." + key, value)));
        new TreeMap<>(progress).forEach((name, value) -> metadata.put(PROGRESS + name, value));
        TensorFile.write(file, tensors, metadata);
    }

    /**
     * Makes everything as it was when the file was saved.
     *
     * @return how far it had come
     * @throws DamagedFileException when it is no file of safetensors, or a damaged one
     * @throws IllegalArgumentException when it is of another training, naming every option, tensor and shape that differs; nothing is changed then
     */
    public Map<String, String> restore(Path path) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            requireSame(path, file);
            tensors().forEach((name, tensor) -> tensor.copyFrom(file.tensor(name)));
            optimizers.forEach((name, optimizer) -> {
                optimizer.steps(file.stored().get(name + STEPS).toInts());
                optimizer.learningRate(Double.parseDouble(file.metadata().get(name + RATE)));
            });
            generators.forEach((name, random) -> random.state(file.stored().get(name + STATE).toInts()));
            others.forEach((name, other) -> other.resume(part(file.metadata(), name + ".")));
            return part(file.metadata(), PROGRESS);
        }
    }

    private void requireSame(Path path, TensorFile file) {
        if (!TRAINING.equals(file.metadata().get(KIND))) {
            throw new IllegalArgumentException(path + ": it holds tensors, but no checkpoint of a training");
        }
        List<String> differences = new ArrayList<>();
        Map<String, String> theirs = part(file.metadata(), OPTION);
        options.forEach((name, value) -> {
            String other = theirs.remove(name);
            if (!value.equals(other)) {
                differences.add(name + " is " + (other == null ? "not set" : other) + " there, " + value + " here");
            }
        });
        theirs.forEach((name, value) -> differences.add(name + " is " + value + " there, not set here"));
        Map<String, String> forms = new LinkedHashMap<>();
        tensors().forEach((name, tensor) -> forms.put(name, StoredTensor.of(name, tensor).form()));
        numbers().forEach((name, numbers) -> forms.put(name, StoredTensor.of(name, numbers).form()));
        forms.forEach((name, form) -> {
            StoredTensor stored = file.stored().get(name);
            if (stored == null || !stored.form().equals(form)) {
                differences.add(name + " is " + (stored == null ? "missing" : stored.form()) + " there, " + form + " here");
            }
        });
        file.stored().keySet().stream().filter(name -> !forms.containsKey(name)).forEach(name -> differences.add(name + " is there, and not here"));
        if (!differences.isEmpty()) {
            throw new IllegalArgumentException(path + ": it is a checkpoint of another training: " + String.join("; ", differences));
        }
    }

    private Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        modules.forEach((name, module) -> module.namedParameters().forEach((parameter, tensor) -> tensors.put(name + "." + parameter, tensor)));
        optimizers.forEach((name, optimizer) -> optimizer.kept().forEach((place, tensor) -> tensors.put(name + "." + place, tensor)));
        return tensors;
    }

    private Map<String, int[]> numbers() {
        Map<String, int[]> numbers = new LinkedHashMap<>();
        optimizers.forEach((name, optimizer) -> numbers.put(name + STEPS, optimizer.steps()));
        generators.forEach((name, random) -> numbers.put(name + STATE, random.state()));
        return numbers;
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
