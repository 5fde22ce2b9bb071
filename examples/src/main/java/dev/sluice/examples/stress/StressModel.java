package dev.sluice.examples.stress;

import dev.sluice.api.tensor.Generator;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A trained tagger with its phones, as it is kept in a file: safetensors, so that Python can read it too, with the sizes and the phones in the
 * file's metadata.
 */
public record StressModel(Phones phones, StressTagger.Sizes sizes, StressTagger tagger) {
    private static final String KIND = "word-stress";

    /** Writes the model to {@code file}. */
    public void save(Path file) throws IOException {
        TensorFile.write(file, tagger.namedParameters(),
                Map.of("model", KIND, "phones", String.join(" ", phones.names()), "embedding", "" + sizes.embedding(), "hidden", "" + sizes.hidden(), "layers", "" + sizes.layers(),
                        "forward-only", "" + sizes.forwardOnly()));
    }

    /**
     * The model in a file that {@link #save} wrote.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    public static StressModel load(Path path) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            Map<String, String> told = file.metadata();
            if (!KIND.equals(told.get("model")) || !told.keySet().containsAll(List.of("phones", "embedding", "hidden", "layers", "forward-only"))) {
                throw new IOException(path + ": it holds tensors, but not a model of WordStress; give one that --model wrote");
            }
            Phones phones = new Phones(List.of(told.get("phones").split(" ")));
            StressTagger.Sizes sizes = new StressTagger.Sizes(phones.count(), Integer.parseInt(told.get("embedding")), Integer.parseInt(told.get("hidden")),
                    Integer.parseInt(told.get("layers")), Boolean.parseBoolean(told.get("forward-only")));
            StressTagger tagger = new StressTagger(sizes, new Generator(0));
            file.load(tagger, "");
            tagger.eval();
            return new StressModel(phones, sizes, tagger);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": the model is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Phones with the stress that the tagger gives them: {@code K AA1 N T EH0 S T}.
     *
     * @throws IllegalArgumentException naming a phone that is unknown
     */
    public String predict(String spoken) {
        int[] ids = phones.ids(spoken);
        return StressWord.spoken(phones, ids, tagger.tag(List.of(ids)).getFirst());
    }

    /** A word's predicted stress beside that of the dictionary. */
    public String compare(StressWord word) {
        int[] guess = tagger.tag(List.of(word.phones())).getFirst();
        String predicted = StressWord.spoken(phones, word.phones(), guess);
        String dictionary = StressWord.spoken(phones, word.phones(), word.tags());
        return String.format(Locale.ROOT, "  %-14s predicted %-32s dictionary %s%s", word.spelling(), predicted, dictionary, predicted.equals(dictionary) ? "" : "   (differs)");
    }
}
