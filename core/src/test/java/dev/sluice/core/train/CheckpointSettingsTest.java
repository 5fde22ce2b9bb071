package dev.sluice.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training never goes on as another one. */
class CheckpointSettingsTest {
    @TempDir
    private Path folder;

    private final Linear model = new Linear(2, 1, new Generator(1));
    private Path file;

    @BeforeEach
    void aFile() {
        file = folder.resolve("a.safetensors");
    }

    private void assertDiffers(Checkpoint saved, Checkpoint restored, String differences) throws IOException {
        saved.save(file, Map.of());
        Tensor before = model.parameters().getFirst().copy();
        model.parameters().getFirst().fill(7f);
        assertThatThrownBy(() -> restored.restore(file)).isInstanceOf(IllegalArgumentException.class).hasMessage(file + ": it is a checkpoint of another training: " + differences);
        assertThat(model.parameters().getFirst().toArray()).as("nothing is changed").containsOnly(7f);
        model.parameters().getFirst().copyFrom(before);
        assertThat(saved.restore(file)).isEmpty();
    }

    private void assertOptimizersDiffer(Function<List<Tensor>, Optimizer> there, Function<List<Tensor>, Optimizer> here, String differences) throws IOException {
        assertDiffers(new Checkpoint(Map.of()).with("model", model).with("o", there.apply(model.parameters())),
                new Checkpoint(Map.of()).with("model", model).with("o", here.apply(model.parameters())), differences);
    }

    private void assertDiffer(Resumable there, Resumable here, String differences) throws IOException {
        assertDiffers(new Checkpoint(Map.of()).with("model", model).with("s", there), new Checkpoint(Map.of()).with("model", model).with("s", here), differences);
    }

    @Test
    void optimizersTellTheirKindAndTheirOptions() throws IOException {
        assertOptimizersDiffer(p -> new Adam(p, 0.1), p -> new AdamW(p, 0.1), "o is Adam there, AdamW here; o.weight decay is 0.0 there, 0.01 here");
        assertOptimizersDiffer(p -> new Adam(p, 0.1), p -> new Adam(p, 0.1, new Adam.Options(0.8, 0.99, 1e-6, 0.1)),
                "o.beta1 is 0.9 there, 0.8 here; o.beta2 is 0.999 there, 0.99 here; o.epsilon is 1.0E-8 there, 1.0E-6 here; o.weight decay is 0.0 there, 0.1 here");
        assertOptimizersDiffer(p -> new SGD(p, 0.1, 0.9), p -> new SGD(p, 0.1), "o.momentum is 0.9 there, 0.0 here");
        assertOptimizersDiffer(p -> new SGD(p, 0.1), p -> new Heavy(p, 0.1), "o is SGD there, Heavy here; o.momentum is 0.0 there, not set here");
    }

    /** An optimizer of a user's own, which tells no settings. */
    private static final class Heavy extends Optimizer {
        Heavy(List<Tensor> parameters, double rate) {
            super(parameters, rate, 1);
        }

        @Override
        protected void update(Matrix parameter, Matrix gradient, Matrix[] state, int step) {}
    }

    @Test
    void whatAnOptimizerKeepsGoesToTheParametersThatItWasKeptFor() throws IOException {
        Linear other = new Linear(2, 1, new Generator(2));
        Checkpoint there = new Checkpoint(Map.of()).with("a", model).with("b", other), here = new Checkpoint(Map.of()).with("a", model).with("b", other);
        there.with("o", new Adam(List.of(model.parameters().get(0), other.parameters().get(0)), 0.1));
        here.with("o", new Adam(List.of(other.parameters().get(0), model.parameters().get(0)), 0.1));
        assertDiffers(there, here, "o.parameters is a.weight, b.weight there, b.weight, a.weight here");
    }

    @Test
    void schedulesAndStoppersTellTheirKindAndTheirOptions() throws IOException {
        Optimizer sgd = new SGD(model.parameters(), 0.1), slow = new SGD(model.parameters(), 0.01);
        assertDiffer(new CosineSchedule(sgd, 100, 0), new CosineSchedule(sgd, 200, 0), "s.total is 100 there, 200 here");
        assertDiffer(new CosineSchedule(sgd, 100, 0.001), new CosineSchedule(slow, 30, 0), "s.first is 0.1 there, 0.01 here; s.last is 0.001 there, 0.0 here; s.total is 100 there, 30 here");
        assertDiffer(new CosineSchedule(sgd, 100, 0), new StepSchedule(sgd, 10, 0.5), "s is CosineSchedule there, StepSchedule here; s.factor is not set there, 0.5 here; "
                + "s.last is 0.0 there, not set here; s.period is not set there, 10 here; s.total is 100 there, not set here");
        assertDiffer(new StepSchedule(sgd, 10, 0.5), new StepSchedule(sgd, 20, 0.1), "s.factor is 0.5 there, 0.1 here; s.period is 10 there, 20 here");
        assertDiffer(new EarlyStopping(3), new EarlyStopping(4), "s.patience is 3 there, 4 here");
        assertDiffer(new Warmup(3), new Warmup(4), "s.steps is 3 there, 4 here");
        assertDiffer(new Counted(), new Warmup(4), "s is Counted there, Warmup here; s.steps is not set there, 4 here");
    }

    /** Something of a user's own, from before there were settings. */
    private static class Counted implements Resumable {
        @Override
        public Map<String, String> progress() {
            return Map.of("calls", "0");
        }

        @Override
        public void resume(Map<String, String> progress) {
            assertThat(progress).as("what it told, and nothing else").isEqualTo(progress());
        }
    }

    private static final class Warmup extends Counted {
        private final int steps;

        Warmup(int steps) {
            this.steps = steps;
        }

        @Override
        public Map<String, String> settings() {
            return Map.of("steps", "" + steps);
        }
    }

    @Test
    void modulesTellWhatTheyAreMadeOf() throws IOException {
        Generator random = new Generator(3);
        Function<Double, Module> lstm = dropout -> LSTM.of(3, 4).layers(2).dropout(dropout).random(random).build();
        assertDiffers(new Checkpoint(Map.of()).with("m", lstm.apply(0.3)), new Checkpoint(Map.of()).with("m", lstm.apply(0.5)),
                "m is LSTM(3, 4, layers=2, dropout=0.3) there, LSTM(3, 4, layers=2, dropout=0.5) here");
        assertDiffers(new Checkpoint(Map.of()).with("m", new Tagger(0.1)), new Checkpoint(Map.of()).with("m", new Tagger(0.2)), "m is (dropout): Dropout(0.1) there, (dropout): Dropout(0.2) here");
    }

    private static final class Tagger extends Module {
        Tagger(double probability) {
            module("dropout", new Dropout(probability));
            module("head", new Linear(2, 1, new Generator(1)));
        }
    }

    @Test
    void whatIsToBeAnotherIsNamedAndWhatIsHereHolds() throws IOException {
        Optimizer sgd = new SGD(model.parameters(), 0.1);
        CosineSchedule shorter = new CosineSchedule(sgd, 100, 0), longer = new CosineSchedule(sgd, 200, 0);
        for (int i = 0; i < 50; i++) {
            shorter.step();
        }
        new Checkpoint(Map.of("rate", "1", "old", "x")).with("o", sgd).with("s", shorter).save(file, Map.of());
        Checkpoint changed = new Checkpoint(Map.of("rate", "2", "new", "y")).with("o", sgd).with("s", longer);
        assertThatThrownBy(() -> changed.restore(file, "rate", "s")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": it is a checkpoint of another training: new is not set there, y here; old is x there, missing here; s.total is 100 there, 200 here");
        assertThat(changed.restore(file, "rate", "old", "new", "s.total")).isEmpty();
        assertThat(longer.progress()).containsEntry("calls", "50");
        assertThat(sgd.learningRate()).isBetween(0.049, 0.051);
        longer.step();
        assertThat(sgd.learningRate()).as("the 51st of 200").isBetween(0.08, 0.09);
    }

    @Test
    void fromBeforeThereWereSettingsNoneAreCompared() throws IOException {
        Adam adam = new Adam(model.parameters(), 0.1);
        new Checkpoint(Map.of()).with("model", model).with("o", adam).with("s", new CosineSchedule(adam, 100, 0)).save(file, Map.of("at", "3"));
        Path old = folder.resolve("old.safetensors");
        try (TensorFile all = TensorFile.open(file)) {
            Map<String, String> metadata = new TreeMap<>(all.metadata());
            assertThat(metadata.keySet().removeIf(name -> name.startsWith("."))).isTrue();
            TensorFile.write(old, List.copyOf(all.stored().values()), metadata);
        }
        model.parameters().getFirst().requireGrad(false);
        AdamW other = new AdamW(model.parameters(), 0.2);
        assertThat(new Checkpoint(Map.of()).with("model", model).with("o", other).with("s", new StepSchedule(other, 2, 1)).restore(old)).containsEntry("at", "3");
        assertThat(model.parameters().getFirst().requiresGrad()).as("nor what was frozen").isFalse();
    }

    @Test
    void textsThatNobodyCanGoOnFrom() throws IOException {
        EarlyStopping early = new EarlyStopping(3);
        new Checkpoint(Map.of()).with("e", early).save(file, Map.of());
        Path other = folder.resolve("b.safetensors");
        try (TensorFile all = TensorFile.open(file)) {
            Map<String, String> metadata = new TreeMap<>(all.metadata());
            metadata.put("e.since", "often");
            TensorFile.write(other, List.of(), metadata);
        }
        assertThatThrownBy(() -> new Checkpoint(Map.of()).with("e", early).restore(other)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(other + ": what it tells of e is nothing to go on from: For input string: \"often\"");
    }

    @Test
    void whatIsFrozenIsFrozenAgain() throws IOException {
        Tensor weight = model.parameters().get(0), bias = model.parameters().get(1);
        Checkpoint checkpoint = new Checkpoint(Map.of()).with("model", model).with("o", new Adam(model.parameters(), 0.1));
        weight.requireGrad(false);
        checkpoint.save(file, Map.of());
        weight.requireGrad(true);
        bias.requireGrad(false);
        checkpoint.restore(file);
        assertThat(weight.requiresGrad()).isFalse();
        assertThat(bias.requiresGrad()).isTrue();
    }
}
