package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.LSTMState;
import dev.sluice.core.AllStates;
import dev.sluice.core.PackedSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact backends agree to the bit on models and batches that nobody chose, on any number of threads. */
class RandomShapesTest {
    private static final int SHAPES = 25;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void outputsStatesAndGradientsAreThoseOfScalar(int threads) {
        try (Workers workers = Workers.of(threads)) {
            Backends backends = Backends.discover(workers);
            for (int shape = 0; shape < SHAPES; shape++) {
                long seed = 100L * threads + shape;
                for (Backend backend : backends.usable().stream().filter(Backend::isExact).toList()) {
                    assertThat(bits(backend, seed)).as(backend.name() + ", " + threads + " threads, seed " + seed).isEqualTo(bits(backends.named("scalar"), seed));
                }
            }
        }
    }

    /** Every number that a random model gives for random sequences, and every gradient. */
    private static List<List<Float>> bits(Backend backend, long seed) {
        Random shape = new Random(seed);
        Generator random = new Generator(seed);
        boolean large = shape.nextInt(5) == 0;
        int input = 1 + shape.nextInt(large ? 150 : 40), hidden = 1 + shape.nextInt(large ? 200 : 50), layers = 1 + shape.nextInt(2), directions = 1 + shape.nextInt(2);
        int projection = shape.nextInt(4) == 0 ? shape.nextInt(hidden) : 0;
        LSTM lstm = LSTM.of(input, hidden).projection(projection).layers(layers).bidirectional(directions == 2).random(random).backend(backend).build();
        int[] lengths = shape.ints(1 + shape.nextInt(large ? 40 : 9), 1, 2 + shape.nextInt(12)).toArray();
        List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, input).requireGrad()).toList();
        LSTMState first = new LSTMState(Tensor.randn(random, layers * directions, lengths.length, projection == 0 ? hidden : projection).requireGrad(),
                Tensor.randn(random, layers * directions, lengths.length, hidden).requireGrad());
        PackedSequence packed = PackedSequence.pack(sequences);
        AllStates<PackedSequence> states = shape.nextBoolean() ? lstm.allStates(packed, first) : null;
        LSTMResult<PackedSequence> result = states == null ? lstm.forward(packed, first) : states.result();
        Tensor y = result.output().data();
        Tensor loss = y.mul(y).sum().add(result.state().h().sum()).add(result.state().c().mul(result.state().c()).sum());
        (states == null ? loss : loss.add(states.c().getFirst().data().tanh().sum())).backward();
        List<Tensor> all = new ArrayList<>(List.of(y, result.state().h(), result.state().c(), first.h().grad(), first.c().grad()));
        if (states != null) {
            states.c().forEach(c -> all.add(c.data()));
        }
        sequences.forEach(sequence -> all.add(sequence.grad()));
        lstm.parameters().forEach(parameter -> all.add(parameter.grad()));
        return all.stream().map(RandomShapesTest::list).toList();
    }

    private static List<Float> list(Tensor tensor) {
        List<Float> numbers = new ArrayList<>();
        for (float number : tensor.toArray()) {
            numbers.add(number); // compared as bits: 0 is not −0
        }
        return numbers;
    }
}
