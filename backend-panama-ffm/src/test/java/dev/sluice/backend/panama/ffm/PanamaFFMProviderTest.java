package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.BackendUnavailableException;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import org.junit.jupiter.api.Test;

class PanamaFFMProviderTest {
    @Test
    void isFoundAndSaysWhyItIsNotThere() {
        assertThatThrownBy(() -> Backends.discover(Workers.of(1)).named("panama-ffm")).isInstanceOf(BackendUnavailableException.class)
                .hasMessage("backends: panama-ffm was asked for and is not usable: this release has no BLAS binding; use scalar");
    }
}
