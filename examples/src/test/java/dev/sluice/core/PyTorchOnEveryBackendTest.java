package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What PyTorch computes, on all backends. */
class PyTorchOnEveryBackendTest extends PyTorchLSTMTest {
    private static final List<Backend> ALL = Backends.discover(Workers.of(2)).usable();

    @Override
    List<Backend> backends() {
        return ALL;
    }

    @Test
    void everyBackendIsJudged() {
        assertThat(backends()).extracting(Backend::name).contains("vector", "panama-ffm", "scalar");
    }
}
