package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backends;
import dev.sluice.backend.panama.ffm.LibraryUnderTest;
import org.junit.jupiter.api.BeforeEach;

/** What PyTorch computes, by the library under test. */
@LibraryUnderTest
class PyTorchByBlasTest extends PyTorchLSTMTest {
    @BeforeEach
    void everyProductIsTheLibrarys() {
        assertThat(Backends.current().name()).isEqualTo("all-by-blas");
    }
}
