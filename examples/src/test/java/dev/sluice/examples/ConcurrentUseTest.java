package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One model that many threads run at once, each of which may find the team of workers busy: nothing waits for ever, and all get the same bits. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // a thousand times as long as it takes
class ConcurrentUseTest {
    static Stream<String> backends() {
        return Backends.discover(Workers.of(1)).usable().stream().map(Backend::name);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void inVirtualThreads(String name) throws Exception {
        manyRuns(name, Executors.newVirtualThreadPerTaskExecutor());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void underAnExecutorOfTheUsers(String name) throws Exception {
        manyRuns(name, Executors.newFixedThreadPool(6));
    }

    private static void manyRuns(String name, ExecutorService executor) throws Exception {
        try (executor; Workers workers = Workers.of(2)) {
            Backend backend = Backends.discover(workers).named(name);
            Generator random = new Generator(3);
            LSTM lstm = LSTM.of(40, 70).bidirectional().random(random).backend(backend).build();
            LSTM narrow = LSTM.of(64, 256).random(random).backend(backend).build(); // one sequence: its units are shared out, step by step
            Tensor batch = Tensor.randn(random, 12, 16, 40), sequence = Tensor.randn(random, 20, 1, 64);
            float[] expected = run(lstm, batch), expectedNarrow = run(narrow, sequence);
            List<Future<Void>> runs = IntStream.range(0, 60).mapToObj(i -> executor.submit(() -> {
                assertThat(run(lstm, batch)).isEqualTo(expected);
                assertThat(run(narrow, sequence)).isEqualTo(expectedNarrow);
                return (Void) null;
            })).toList();
            for (Future<Void> run : runs) {
                run.get();
            }
        }
    }

    private static float[] run(LSTM lstm, Tensor input) {
        return Inference.of(() -> lstm.forward(input).output().toArray());
    }
}
