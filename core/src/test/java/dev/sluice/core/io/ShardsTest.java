package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.core.LSTM;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in several files. */
class ShardsTest {
    private static final String FIRST = "model-00001-of-00002.safetensors", SECOND = "model-00002-of-00002.safetensors";

    private final LSTM lstm = new LSTM(5, 4);

    @TempDir
    private Path folder;

    /** Those parameters of the LSTM whose names contain one of these. */
    private void write(String file, String prefix, String... parts) throws IOException {
        TensorFile.write(folder.resolve(file), lstm.namedParameters().entrySet().stream().filter(e -> List.of(parts).stream().anyMatch(e.getKey()::contains))
                .map(e -> StoredTensor.of(prefix + e.getKey(), e.getValue())).toList(), Map.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", ""})
    void partOfAModuleIsNotTakenForASmallerOne(String prefix) throws IOException {
        String start = prefix.isEmpty() ? "" : prefix + ".";
        write(FIRST, start, "weight");
        write(SECOND, start, "bias");
        try (TensorFile file = TensorFile.open(folder.resolve(FIRST))) {
            assertThatThrownBy(() -> file.shapes(prefix)).isInstanceOf(IllegalArgumentException.class).hasMessage(folder.resolve(FIRST) + ": it is one of several files of a model, and has a part of \""
                    + prefix + "\" only; " + folder.resolve(SECOND) + " has more of it; all of it in one file is required (in Python, save the model with a larger max_shard_size)");
            assertThatThrownBy(() -> file.load(new LSTM(5, 4), prefix)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("LSTM.load: missing bias_ih_l0 [16]; missing bias_hh_l0 [16]; bias=false is given, bias=true is required; it is one of several files of a model, and the rest is in " + SECOND);
        }
    }

    @Test
    void aModuleThatIsWholeInOneOfThemIsRead() throws IOException {
        write(FIRST, "lstm.", "weight", "bias");
        write(SECOND, "other.", "weight");
        try (TensorFile file = TensorFile.open(folder.resolve(FIRST))) {
            LSTM other = LSTM.of(file.shapes("lstm")).build();
            file.load(other, "lstm");
            assertThat(other.parameters().getFirst().toArray()).containsExactly(lstm.parameters().getFirst().toArray());
            assertThatThrownBy(() -> file.stored("other")).hasMessageEndingWith(" are there; some begin with \"lstm.\"; it is one of several files of a model, and the rest is in " + SECOND);
            assertThatThrownBy(() -> file.tensor("x")).hasMessageEndingWith(" are there; it is one of several files of a model, and the rest is in " + SECOND);
        }
    }

    @Test
    void aloneItIsAFileLikeOthers() throws IOException {
        write(FIRST, "lstm.", "weight");
        try (TensorFile file = TensorFile.open(folder.resolve(FIRST))) {
            assertThat(file.shapes("lstm")).hasSize(2);
            assertThatThrownBy(() -> file.load(new LSTM(5, 4), "lstm")).hasMessage("LSTM.load: missing bias_ih_l0 [16]; missing bias_hh_l0 [16]; bias=false is given, bias=true is required");
        }
        Files.writeString(folder.resolve(SECOND), "not what its name says");
        try (TensorFile file = TensorFile.open(folder.resolve(FIRST))) {
            assertThat(file.shapes("lstm")).as("beside one that cannot be read").hasSize(2);
        }
    }
}
