package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.train.Adam;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PyTorch's own end-to-end test: an LSTM learns to add five bits. */
class LearningTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 16})
    @Cites("T45")
    void addsFiveBits(int projection) {
        Generator random = new Generator(0);
        LSTM lstm = LSTM.of(1, 64).projection(projection).layers(2).random(random).build();
        Linear head = new Linear(lstm.outputSize(), 1, random);
        Adam adam = new Adam(Stream.of(lstm, head).flatMap(part -> part.parameters().stream()).toList(), 0.01);
        double running = 1;
        int step = 0;
        for (; step < 1500 && running > 0.01; step++) {
            try (TensorScope _ = TensorScope.open()) {
                float[] bits = new float[5 * 16];
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = random.nextInt() & 1;
                }
                Tensor x = Tensor.of(bits).view(5, 16, 1);
                Tensor loss = new MSE().of(head.forward(lstm.forward(x).output().select(0, 4)), x.sum(0));
                adam.zeroGradients();
                loss.backward();
                adam.step();
                running = 0.99 * running + 0.01 * loss.item();
            }
        }
        assertThat(running).as("the running loss after " + step + " steps, seed 0").isLessThan(0.01);
    }
}
