package dev.sluice.core.nn;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.fixture;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.Numbers;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequentialTest {
    private static Sequential model() {
        return new Sequential(new Linear(4, 6), Tensor::relu, new LayerNorm(6), new Dropout(0.1), new Sequential(new Linear(6, 5), Tensor::tanh), new Linear(5, 2));
    }

    @Test
    void aStateDictionaryOfPyTorchGivesItsOutput() throws IOException {
        JsonNode expected = new ObjectMapper().readTree(Numbers.class.getResourceAsStream("pytorch/nn.json")).get("sequential");
        Sequential model = model();
        assertThat(model.namedParameters().keySet()).containsExactlyElementsOf(() -> expected.get("names").valueStream().map(JsonNode::asText).iterator());
        try (TensorFile file = TensorFile.open("sequential.pt", Numbers.class.getResourceAsStream("pytorch/sequential.pt"))) {
            file.load(model, "");
        }
        model.eval();
        assertClose("output", model.forward(fixture(1, 3, 4)), doubles(expected.get("output")), 40);
    }

    @Test
    void printsEachPartAtItsPlace() {
        assertThat(model()).hasToString("""
                Sequential(
                  (0): Linear(4, 6)
                  (1): Function()
                  (2): LayerNorm(6)
                  (3): Dropout(0.1)
                  (4): Sequential(
                    (0): Linear(6, 5)
                    (1): Function()
                  )
                  (5): Linear(5, 2)
                )""");
        assertThat(new Sequential()).hasToString("Sequential()");
    }

    @Test
    void isItsLayersOneAfterTheOther() {
        Linear first = new Linear(3, 4), second = new Linear(4, 2);
        Sequential both = new Sequential(first, Tensor::relu, second);
        PackedSequence packed = PackedSequence.pack(List.of(random(new Generator(1), 2, 3), random(new Generator(2), 5, 3)));
        PackedSequence mapped = packed.map(both::forward);
        assertSameBits("packed", mapped.data(), second.forward(first.forward(packed.data()).relu()));
        mapped.data().sum().backward();
        assertThat(both.parameters()).hasSize(4).allMatch(parameter -> parameter.grad() != null);
        assertThat(new Sequential().forward(packed.data())).isSameAs(packed.data());
    }

    @Test
    void evalReachesItsParts() {
        Dropout dropout = new Dropout(0.5);
        Sequential model = new Sequential(new Sequential(dropout));
        model.eval();
        assertThat(dropout.isTraining()).isFalse();
    }

    /** A small training with a random stream in the middle of it. */
    private record Training(Generator random, Sequential model, Adam adam) {
        static Training of(int seed, Layer activation) {
            Generator random = new Generator(seed);
            Sequential model = new Sequential(new Linear(3, 4, random), new LayerNorm(4), activation, new Dropout(0.3, random), new Linear(4, 1, random));
            return new Training(random, model, new Adam(model.parameters(), 0.1));
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                Tensor x = Tensor.randn(random, 5, 3);
                Tensor loss = new BCEWithLogits().of(model.forward(x), x.sum(1).sigmoid().view(5, 1));
                adam.zeroGradients();
                loss.backward();
                adam.step();
            }
        }

        Checkpoint checkpoint() {
            return new Checkpoint(Map.of()).with("model", model).with("optimizer", adam).with("random", random);
        }
    }

    @Test
    void aTrainingGoesOnWithTheBitsOfOneThatNeverStopped(@TempDir Path folder) throws IOException {
        Training whole = Training.of(1, Tensor::relu), first = Training.of(1, Tensor::relu), second = Training.of(99, Tensor::relu);
        Path file = folder.resolve("a.safetensors");
        whole.steps(9);
        first.steps(4);
        first.checkpoint().save(file, Map.of());
        second.checkpoint().restore(file);
        second.steps(5);
        whole.model.namedParameters().forEach((name, parameter) -> assertSameBits(name, second.model.namedParameters().get(name), parameter));
        assertThat(whole.model.namedParameters().keySet()).containsExactly("0.weight", "0.bias", "1.weight", "1.bias", "4.weight", "4.bias");
        assertThatThrownBy(() -> Training.of(1, new Dropout(0.5)).checkpoint().restore(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": it is a checkpoint of another training: model is (2): Function() there, (2): Dropout(0.5) here");
    }

    @Test
    void aPassIsOfOneStateOfAllItsParts() {
        Linear first = new Linear(2, 2), second = new Linear(2, 2);
        Sequential model = new Sequential(first, x -> {
            first.parameters().getFirst().fill(0.5f);
            return x;
        }, second);
        assertThatThrownBy(() -> model.forward(Tensor.ones(1, 2))).isInstanceOf(ConcurrentModificationException.class)
                .hasMessage("Sequential: its parameters were written while it ran; load into another model and exchange the two, or let nobody run it while they are written");
    }
}
