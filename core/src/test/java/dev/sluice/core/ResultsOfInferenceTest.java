package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Memory;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an LSTM gives back, and what is made of that, come out of {@link Inference#of} whole, and nothing else does. */
class ResultsOfInferenceTest {
    static long[] seeds() {
        return new Random(5).longs(20).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyFormIsKeptAndNothingElse(long seed) {
        Random shapes = new Random(seed);
        Generator random = new Generator(seed);
        int input = 1 + shapes.nextInt(9), hidden = 2 + shapes.nextInt(9);
        LSTMBuilder builder = LSTM.of(input, hidden).layers(1 + shapes.nextInt(2)).bidirectional(shapes.nextBoolean()).random(random);
        LSTM lstm = (shapes.nextBoolean() ? builder : builder.projection(1 + shapes.nextInt(hidden - 1))).build();
        int[] lengths = Numbers.lengths(shapes, 1 + shapes.nextInt(5), 7);
        List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, input)).toList();
        PackedSequence packed = PackedSequence.pack(sequences);
        Tensor dense = Tensor.randn(random, 4, lengths.length, input);
        List<Supplier<Object>> forms = List.of(() -> lstm.forward(packed), () -> lstm.forward(dense), () -> lstm.allStates(packed), () -> lstm.allStates(dense), () -> lstm.forward(packed).output(),
                () -> lstm.forward(packed).output().pad(Layout.BATCH_FIRST), () -> lstm.forward(packed).output().unpack(), () -> Padded.of(sequences, Layout.SEQUENCE_FIRST),
                () -> lstm.forward(dense).state(), () -> lstm.forward(dense).output().select(0, -1), () -> lstm.forward(sequences.getFirst()).state(),
                () -> Map.of("last", lstm.forward(dense).state().h().select(0, -1)));
        for (int i = 0; i < forms.size(); i++) {
            try (TensorScope _ = TensorScope.open()) {
                Supplier<Object> form = forms.get(i);
                List<Tensor> expected = tensors(Gradients.off(form::get));
                long before = Memory.bytesInUse();
                List<Tensor> kept = tensors(Inference.of(form::get));
                assertThat(kept).as("seed %d, form %d", seed, i).hasSameSizeAs(expected);
                for (int k = 0; k < kept.size(); k++) {
                    assertSameBits("seed " + seed + ", form " + i + ", tensor " + k, kept.get(k), expected.get(k));
                }
                kept.forEach(Tensor::recycle);
                assertThat(Memory.bytesInUse()).as("seed %d, form %d", seed, i).isLessThanOrEqualTo(before); // a garbage collector may have found more
            }
        }
    }

    private static List<Tensor> tensors(Object result) {
        return switch (result) {
            case Tensor tensor -> List.of(tensor);
            case LSTMState state -> List.of(state.h(), state.c());
            case PackedSequence sequences -> List.of(sequences.data());
            case Padded padded -> List.of(padded.data());
            case LSTMResult<?> both -> tensors(List.of(both.output(), both.state()));
            case AllStates<?> all -> tensors(List.of(all.h(), all.c(), all.last()));
            case Map<?, ?> map -> tensors(List.copyOf(map.values()));
            case List<?> list -> list.stream().flatMap(each -> tensors(each).stream()).toList();
            default -> throw new IllegalArgumentException(result.toString());
        };
    }

    /** On the caller's thread and those of a pool, inside another, with a backend around or inside: the same bits. */
    @Test
    void itIsTheSameWhereverItRuns() throws Exception {
        Generator random = new Generator(1);
        LSTM lstm = LSTM.of(7, 12).bidirectional().random(random).build();
        List<Tensor> inputs = IntStream.range(1, 20).mapToObj(n -> Tensor.randn(random, n, 2, 7)).toList();
        List<Tensor> expected = inputs.stream().map(x -> lstm.forward(x).output().detach()).toList();
        Backend other = Backends.discover(Workers.of(1)).named("scalar");
        List<List<Tensor>> results;
        try (ForkJoinPool pool = new ForkJoinPool(2)) {
            results = List.of(pool.submit(() -> inputs.parallelStream().map(x -> Inference.of(() -> lstm.forward(x).output())).toList()).get(),
                    inputs.parallelStream().map(x -> Inference.of(() -> lstm.forward(x).output())).toList(),
                    Inference.of(() -> inputs.parallelStream().map(x -> Inference.of(() -> lstm.forward(x).output())).toList()),
                    Inference.of(() -> inputs.stream().map(x -> Inference.of(() -> lstm.forward(x).output())).toList()),
                    Backends.use(other, () -> Inference.of(() -> inputs.stream().map(x -> lstm.forward(x).output()).toList())),
                    Inference.of(() -> Backends.use(other, () -> inputs.stream().map(x -> lstm.forward(x).output()).toList())));
        }
        assertThat(Backends.use(other, () -> Inference.of(Backends::current))).isSameAs(other);
        results.forEach(outputs -> IntStream.range(0, inputs.size()).forEach(i -> assertSameBits("input " + i, outputs.get(i), expected.get(i))));
        assertThat(results.stream().flatMap(List::stream)).noneMatch(Tensor::requiresGrad);
    }

    /** What is kept of a training step is a copy, so that the step may go on with what it has. */
    @Test
    void aScopeKeepsCopies() {
        LSTM lstm = LSTM.of(3, 4).random(new Generator(2)).build();
        LSTMResult<Tensor> kept;
        float[] expected;
        try (TensorScope step = TensorScope.open()) {
            LSTMResult<Tensor> result = lstm.forward(Tensor.randn(new Generator(3), 5, 2, 3));
            expected = result.output().toArray();
            kept = result.keep(step);
            result.output().detach().fill(0f);
        }
        assertThat(kept.output().toArray()).isEqualTo(expected);
        assertThat(Stream.of(kept.output(), kept.state().h(), kept.state().c())).noneMatch(Tensor::requiresGrad);
    }
}
