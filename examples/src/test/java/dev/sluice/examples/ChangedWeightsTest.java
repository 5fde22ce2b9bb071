package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.train.SGD;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A backend that prepares weights sees every change of them, however they were written. */
class ChangedWeightsTest {
    static Stream<Backend> backends() {
        return Backends.discover(Workers.of(1)).usable().stream();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void everyWayToWriteGivesFreshResults(Backend backend) {
        Generator random = new Generator(1);
        LSTM lstm = LSTM.of(5, 20).random(random).backend(backend).build();
        Tensor x = Tensor.randn(random, 4, 3, 5);
        Tensor weight = lstm.namedParameters().get("weight_hh_l0"), bias = lstm.namedParameters().get("bias_ih_l0"); // [80, 20], [80]
        Map<String, Runnable> writes = new LinkedHashMap<>();
        writes.put("fill", () -> weight.fill(0.1f));
        writes.put("copyFrom numbers", () -> bias.copyFrom(Tensor.randn(random, 80).toArray()));
        writes.put("copyFrom a tensor", () -> weight.copyFrom(Tensor.randn(random, 80, 20)));
        writes.put("copyFrom a buffer", () -> weight.copyFrom(FloatBuffer.wrap(Tensor.randn(random, 80, 20).toArray())));
        writes.put("a view", () -> Gradients.off(() -> weight.view(1600).narrow(0, 7, 30).fill(0.3f)));
        writes.put("a row", () -> Gradients.off(() -> weight.select(0, 11).fill(-0.2f)));
        writes.put("a detached tensor", () -> weight.detach().fill(0.05f));
        writes.put("its matrix", () -> weight.matrixToWrite().set(3, 4, 0.7f));
        writes.put("an optimizer", () -> {
            lstm.forward(x).output().sum().backward();
            new SGD(lstm.parameters(), 0.1).step();
        });
        writes.forEach((how, write) -> {
            float[] before = output(lstm, x);
            write.run();
            LSTM fresh = LSTM.of(5, 20).random(new Generator(2)).backend(backend).build();
            fresh.namedParameters().forEach((name, parameter) -> parameter.copyFrom(lstm.namedParameters().get(name).detach()));
            assertThat(output(lstm, x)).as(how).isEqualTo(output(fresh, x)).isNotEqualTo(before);
        });
    }

    private static float[] output(LSTM lstm, Tensor x) {
        return Gradients.off(() -> lstm.forward(x).output().toArray());
    }
}
