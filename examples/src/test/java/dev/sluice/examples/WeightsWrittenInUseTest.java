package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.nn.Module;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.GradientClip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * While some threads run a module, another trains it or loads it: that one's work is as if it were alone, and the others get what the module gives before or
 * after, or are refused. {@code -Dsluice.rounds=1000} for many more rounds.
 */
class WeightsWrittenInUseTest {
    private static final int ROUNDS = Integer.getInteger("sluice.rounds", 12);
    private static final String REFUSED = ": its parameters were written while it ran; load into another model and exchange the two, or let nobody run it while they are written";

    @TempDir
    private Path folder;

    static Stream<Arguments> kinds() {
        List<Backend> backends = Backends.discover(Workers.of(1)).usable();
        return Stream.of(WeightsInUse.values()).flatMap(kind -> backends.stream().map(backend -> Arguments.of(kind, backend)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void loadingWhileOthersRunGivesOneOfTheTwo(WeightsInUse kind, Backend backend) throws Exception {
        Module module = kind.make(backend);
        List<Float> first = WeightsInUse.numbers(module);
        TensorFile.write(folder.resolve("first.pt"), module.namedParameters());
        TensorFile.write(folder.resolve("first.safetensors"), module.namedParameters());
        module.parameters().forEach(parameter -> parameter.copyFrom(parameter.detach().mul(1.5f)));
        Map<String, Tensor> second = kind.make(backend).namedParameters();
        second.forEach((name, tensor) -> tensor.copyFrom(module.namedParameters().get(name).detach()));
        List<Float> last = WeightsInUse.numbers(module);
        for (int round = 0; round < ROUNDS; round++) {
            String format = round % 2 == 0 ? "first.pt" : "first.safetensors";
            WeightsInUse.Readers readers = new WeightsInUse.Readers(module);
            try (readers) {
                for (int k = 0; k < 5; k++) {
                    load(module, folder.resolve(format));
                    module.load(second);
                }
            }
            assertThat(readers.results).isSubsetOf(List.of(first, last));
            assertThat(readers.refusals).allMatch(message -> message.endsWith(REFUSED));
            assertThat(WeightsInUse.numbers(module)).as("after round " + round).isEqualTo(last);
        }
    }

    private static void load(Module module, Path path) throws IOException {
        try (TensorFile file = TensorFile.open(path)) {
            file.load(module, "");
        }
    }

    /** What a training comes to. */
    private record Training(List<Float> losses, List<List<Float>> outputs) {
        static Training of(Module module, int steps) {
            Adam adam = new Adam(module.parameters(), 0.01);
            Training training = new Training(new ArrayList<>(), new ArrayList<>(List.of(WeightsInUse.numbers(module))));
            for (int i = 0; i < steps; i++) {
                try (TensorScope _ = TensorScope.open()) {
                    adam.zeroGradients();
                    Tensor y = WeightsInUse.run(module), loss = y.mul(y).sub(1f).mean();
                    loss.backward();
                    new GradientClip(0.5).apply(module.parameters());
                    adam.step();
                    training.losses.add(loss.item());
                }
                training.outputs.add(WeightsInUse.numbers(module));
            }
            return training;
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void trainingWhileOthersRunIsTheSameTraining(WeightsInUse kind, Backend backend) throws Exception {
        Training alone = Training.of(kind.make(backend), 3 * ROUNDS);
        Module module = kind.make(backend);
        WeightsInUse.Readers readers = new WeightsInUse.Readers(module);
        try (readers) {
            assertThat(Training.of(module, 3 * ROUNDS)).isEqualTo(alone);
        }
        assertThat(readers.results).isNotEmpty().isSubsetOf(alone.outputs());
        assertThat(readers.refusals).allMatch(message -> message.endsWith(REFUSED));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aModuleThatIsBeingWrittenIsRefused(WeightsInUse kind, Backend backend) {
        Module module = kind.make(backend);
        List<Float> before = WeightsInUse.numbers(module);
        String name = module.getClass().getSimpleName();
        assertThatThrownBy(() -> Tensor.write(module.parameters(), () -> WeightsInUse.run(module))).isInstanceOf(ConcurrentModificationException.class).hasMessage(name + REFUSED);
        assertThatThrownBy(() -> module.parameters().getLast().write(_ -> WeightsInUse.run(module))).isInstanceOf(ConcurrentModificationException.class).hasMessage(name + REFUSED);
        assertThat(WeightsInUse.numbers(module)).as("nothing was written").isEqualTo(before);
    }
}
