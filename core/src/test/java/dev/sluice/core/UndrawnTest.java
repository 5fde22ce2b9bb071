package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules of weights that are there already: nothing is drawn for them. */
class UndrawnTest {
    private final Generator numbers = new Generator(1);

    @Test
    void modulesOfAFileLeaveTheSharedStreamWhereItIs(@TempDir Path folder) throws Exception {
        LSTM lstm = LSTM.of(3, 4).layers(2).bidirectional().projection(2).random(numbers).build();
        Map<String, Tensor> all = new LinkedHashMap<>();
        lstm.namedParameters().forEach((name, tensor) -> all.put("lstm." + name, tensor));
        all.put("words", random(numbers, 5, 3));
        all.put("head.weight", random(numbers, 2, 4));
        all.put("head.bias", random(numbers, 2));
        Path path = folder.resolve("model.safetensors");
        TensorFile.write(path, all);
        int[] before = Generator.shared().state();
        try (TensorFile file = TensorFile.open(path)) {
            LSTM loaded = LSTM.of(file.shapes("lstm")).zeros().build();
            assertThat(loaded.parameters()).allSatisfy(parameter -> assertThat(parameter.toArray()).containsOnly(0f));
            file.load(loaded, "lstm");
            Embedding words = Embedding.of(file.tensor("words"));
            Linear head = Linear.of(file.tensor("head.weight"), file.tensor("head.bias"));
            Tensor x = words.forward(4, 0, 1);
            assertSameBits("output", head.forward(loaded.forward(x).output()), Linear.of(all.get("head.weight"), all.get("head.bias")).forward(lstm.forward(x).output()));
        }
        assertThat(Generator.shared().state()).isEqualTo(before);
    }

    @Test
    void aCellOfZerosAndOfAForgetGatesBias() {
        LSTMCell cell = LSTM.of(3, 1).zeros().forgetBias(1).buildCell();
        assertThat(cell.namedParameters().get("weight_ih").toArray()).containsOnly(0f);
        assertThat(cell.namedParameters().get("bias_ih").toArray()).containsExactly(0, 1, 0, 0);
    }

    @Test
    void anEmbeddingOfVectorsIsTrainedUnlessFrozen() {
        Tensor vectors = random(numbers, 5, 3);
        Embedding embedding = Embedding.of(vectors, OptionalInt.of(1));
        assertThat(embedding.parameters()).containsExactly(vectors);
        assertThat(embedding).hasToString("Embedding(5, 3, padding=1)");
        embedding.forward(0, 1).sum().backward();
        assertThat(vectors.grad().toArray()).startsWith(1, 1, 1, 0, 0, 0);
        embedding.requireGrad(false);
        assertThat(embedding.forward(0, 1).requiresGrad()).isFalse();
    }

    @Test
    void shapesThatDoNotFit() {
        assertThatThrownBy(() -> Embedding.of(Tensor.zeros(5))).hasMessage("Embedding: weight is [5]; [count, size] is required, of at least 1 each");
        assertThatThrownBy(() -> Embedding.of(Tensor.zeros(0, 5))).hasMessage("Embedding: weight is [0, 5]; [count, size] is required, of at least 1 each");
        assertThatThrownBy(() -> Embedding.of(Tensor.zeros(2, 5), OptionalInt.of(2))).hasMessage("Embedding: the padding id is 2; ids go from 0 to 1");
        assertThatThrownBy(() -> Linear.of(Tensor.zeros(2, 3), Tensor.zeros(3))).hasMessage("Linear: weight is [2, 3], bias is [3]; [out, in] and [out] are required, of at least 1 each");
    }

    @Test
    void dropoutDrawsAsBefore() {
        Generator same = new Generator(5);
        Tensor y = new Dropout(0.3, new Generator(5)).forward(Tensor.ones(7, 9));
        for (float factor : y.toArray()) {
            assertThat(factor).isEqualTo(same.nextFloat() < 0.3f ? 0f : 1f / (1f - 0.3f));
        }
    }
}
