package dev.sluice.core.train;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.io.DamagedFileException;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.MSE;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings that stop and go on. */
class CheckpointTest {
    @TempDir
    private Path folder;

    /** A small training with everything that has a state: dropout, an optimizer, a schedule, early stopping. */
    private static final class Training {
        private final Generator random;
        private final LSTM lstm;
        private final Optimizer optimizer;
        private final Schedule schedule;
        private final EarlyStopping early = new EarlyStopping(3);

        Training(String method, int seed, int hidden) {
            random = new Generator(seed);
            lstm = LSTM.of(3, hidden).layers(2).dropout(0.3).random(random).build();
            optimizer = switch (method) {
                case "Adam" -> new Adam(lstm.parameters(), 0.01);
                case "AdamW" -> new AdamW(lstm.parameters(), 0.01);
                default -> new SGD(lstm.parameters(), 0.01, 0.9);
            };
            schedule = method.equals("SGD") ? new CosineSchedule(optimizer, 20, 0.001) : new StepSchedule(optimizer, 4, 0.5);
        }

        void steps(int count) {
            for (int i = 0; i < count; i++) {
                Tensor loss = new MSE().of(lstm.forward(Tensor.randn(random, 4, 2, 3)).output(), Tensor.zeros(4, 2, lstm.hiddenSize()));
                optimizer.zeroGradients();
                loss.backward();
                optimizer.step();
                schedule.step();
                early.update(-loss.item());
            }
        }

        Checkpoint checkpoint(String... options) {
            return new Checkpoint(Map.of("hidden", "" + lstm.hiddenSize(), "note", String.join(" ", options))).with("model", lstm).with("optimizer", optimizer).with("random", random)
                    .with("schedule", (Resumable) schedule).with("early", early);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Adam", "AdamW", "SGD"})
    void whatGoesOnEndsWithTheBitsOfWhatNeverStopped(String method) throws IOException {
        Training whole = new Training(method, 1, 5), first = new Training(method, 1, 5), second = new Training(method, 99, 5);
        whole.steps(17);
        first.steps(7);
        Path file = folder.resolve("a.safetensors");
        first.checkpoint().save(file, Map.of("step", "7"));
        first.steps(2); // what comes after is lost
        assertThat(second.checkpoint().restore(file)).containsExactly(Map.entry("step", "7"));
        second.steps(10);
        whole.lstm.namedParameters().forEach((name, parameter) -> assertSameBits(method + ": " + name, second.lstm.namedParameters().get(name), parameter));
        assertThat(second.optimizer.learningRate()).isEqualTo(whole.optimizer.learningRate());
        assertThat(second.early.progress()).isEqualTo(whole.early.progress());
        assertThat(second.random.state()).isEqualTo(whole.random.state());
    }

    @Test
    void anotherTrainingsCheckpointIsRefusedAndNothingIsChanged() throws IOException {
        Path file = folder.resolve("a.safetensors");
        new Training("Adam", 1, 5).checkpoint("x").save(file, Map.of());
        Training other = new Training("SGD", 2, 4);
        Tensor before = other.lstm.parameters().getFirst().copy();
        assertThatThrownBy(() -> other.checkpoint("y").restore(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": it is a checkpoint of another training: hidden is 5 there, 4 here; note is x there, y here; "
                        + "model.weight_ih_l0 is F32 [20, 3] there, F32 [16, 3] here; ")
                .hasMessageContaining("optimizer.0.1 is F32 [20, 3] there, missing here");
        assertSameBits("weights", other.lstm.parameters().getFirst(), before);
        Training same = new Training("Adam", 2, 5);
        Checkpoint without = new Checkpoint(Map.of("hidden", "5", "note", "x")).with("model", same.lstm).with("optimizer", same.optimizer).with("random", same.random)
                .with("schedule", (Resumable) same.schedule).with("late", same.early);
        assertThatThrownBy(() -> without.restore(file)).hasMessage(file + ": it is a checkpoint of another training: late.best is missing there, a text here; late.since is missing there, "
                + "a text here; early.best is a text there, missing here; early.since is a text there, missing here");
        assertThatThrownBy(() -> without.save(folder.resolve("c.pt"), Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Checkpoint: " + folder.resolve("c.pt") + "; a checkpoint is kept as safetensors; another name, such as one that ends with .safetensors, is required");
        Path weights = folder.resolve("b.safetensors");
        TensorFile.write(weights, other.lstm.namedParameters());
        assertThatThrownBy(() -> other.checkpoint().restore(weights)).isInstanceOf(IllegalArgumentException.class).hasMessage(weights + ": it holds tensors, but no checkpoint of a training");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));
        assertThatThrownBy(() -> other.checkpoint().restore(file)).isInstanceOf(DamagedFileException.class).hasMessageStartingWith(file + ": ");
    }

    @Test
    void theLastOnesAreKept() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder.resolve("new/folder"), 2);
        assertThat(checkpoints.latest()).isEmpty();
        Training training = new Training("Adam", 1, 2);
        for (int number : new int[] {1, 20, 300}) {
            checkpoints.save(training.checkpoint(), number, Map.of("at", "" + number));
        }
        checkpoints.save(training.checkpoint(), 300, Map.of("at", "again")); // after a resumption, perhaps
        assertThat(checkpoints.all()).extracting(file -> file.getFileName().toString()).containsExactly("000000020.safetensors", "000000300.safetensors");
        assertThat(training.checkpoint().restore(checkpoints.latest().orElseThrow())).containsEntry("at", "again");
        assertThatThrownBy(() -> checkpoints.save(training.checkpoint(), 1_000_000_000, Map.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Checkpoints(folder, 0)).hasMessage("Checkpoints: 0 are to be kept; at least 1 is required");
    }

    @Test
    void aFailedSavingLeavesWhatWasThere() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 1);
        Training training = new Training("Adam", 1, 2);
        checkpoints.save(training.checkpoint(), 1, Map.of("at", "1"));
        Path inTheWay = Files.createDirectories(folder.resolve("000000002.safetensors").resolve("x"));
        assertThatThrownBy(() -> checkpoints.save(training.checkpoint(), 2, Map.of("at", "2"))).isInstanceOf(IOException.class);
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        assertThat(training.checkpoint().restore(checkpoints.latest().orElseThrow())).containsEntry("at", "1");
    }

    @Test
    void partsHaveNamesOfTheirOwn() {
        Checkpoint checkpoint = new Checkpoint(Map.of()).with("random", new Generator(1));
        for (String name : List.of("random", "", "a.b", "option", "progress")) {
            assertThatThrownBy(() -> checkpoint.with(name, new EarlyStopping(1))).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Checkpoint: the name \"" + name + "\"; names must be new, not empty, without dots, and other than option and progress");
        }
    }

    @Test
    void streamsGoOnFromTheirState() {
        Generator random = new Generator(1), other = new Generator(2);
        random.normal(); // and one is spare
        random.nextInt();
        other.restore(random.state());
        assertThat(other.normal()).isEqualTo(random.normal());
        assertThat(other.nextLong()).isEqualTo(random.nextLong());
        assertThatThrownBy(() -> other.restore(new int[2])).isInstanceOf(IllegalArgumentException.class).hasMessage("Generator: a state of 2 numbers; 627 that state() gave are required");
    }

    @Test
    void earlyStoppingKnowsTheBestAndRunsOutOfPatience() {
        EarlyStopping early = new EarlyStopping(2);
        assertThat(early.update(1)).isTrue();
        assertThat(early.update(1)).isFalse();
        assertThat(early.isOver()).isFalse();
        assertThat(early.update(2)).isTrue();
        assertThat(early.update(Double.NaN)).isFalse();
        assertThat(early.update(1.5)).isFalse();
        assertThat(early.isOver()).isTrue();
        assertThat(early.best()).isEqualTo(2);
        assertThatThrownBy(() -> new EarlyStopping(0)).hasMessage("EarlyStopping: a patience of 0; at least 1 is required");
    }
}
