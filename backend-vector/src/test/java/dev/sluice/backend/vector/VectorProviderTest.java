package dev.sluice.backend.vector;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.BackendUnavailableException;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import org.junit.jupiter.api.Test;

class VectorProviderTest {
    @Test
    void isFoundAndSaysWhyItIsNotThere() {
        assertThatThrownBy(() -> Backends.discover(Workers.of(1)).named("vector")).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("backends: vector was asked for and is not usable: this release has no SIMD kernels; use scalar");
    }
}
