package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is chosen for a thread is not chosen for others: each task of a parallel stream says so itself. */
class PerThreadTest {
    private final Tensor x = Tensor.ones(2).requireGrad();

    /** In a pool of its own, whose threads are never the caller. */
    private static <T> List<T> inParallel(Callable<List<T>> stream) throws Exception {
        try (ForkJoinPool pool = new ForkJoinPool(2)) {
            return pool.submit(stream).get();
        }
    }

    @Test
    void gradientsAreOffOnTheThreadThatSaidSo() throws Exception {
        List<Boolean> around = Gradients.off(() -> inParallel(() -> IntStream.range(0, 64).parallel().mapToObj(i -> x.mul(2f).requiresGrad()).toList()));
        assertThat(around).hasSize(64).containsOnly(true);
        List<Boolean> within = inParallel(() -> IntStream.range(0, 64).parallel().mapToObj(i -> Gradients.off(() -> x.mul(2f).requiresGrad())).toList());
        assertThat(within).hasSize(64).containsOnly(false);
    }

    @Test
    void aBackendIsUsedOnTheThreadThatSaidSo() throws Exception {
        Backend fake = new FakeBackend("fake", "", Workers.of(1));
        Backend other = new FakeBackend("other", "", Workers.of(1));
        List<Backend> around = Backends.use(fake, () -> inParallel(() -> IntStream.range(0, 64).parallel().mapToObj(i -> Backends.use(other, Backends::current)).toList()));
        assertThat(around).hasSize(64).containsOnly(other);
        List<Boolean> elsewhere = Backends.use(fake, () -> inParallel(() -> IntStream.range(0, 64).parallel().mapToObj(i -> isCurrent(fake)).toList()));
        assertThat(elsewhere).hasSize(64).containsOnly(false);
    }

    private static boolean isCurrent(Backend backend) {
        try {
            return Backends.current() == backend;
        } catch (BackendUnavailableException noneOnTheClassPath) {
            return false;
        }
    }
}
