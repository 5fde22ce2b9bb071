package dev.sluice.backend.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import org.junit.jupiter.api.Test;

class VectorBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new VectorProvider();
    }

    @Test
    void isExactAndTellsItsLanesAndThreads() {
        assertThat(open(1).isExact()).isTrue();
        assertThat(open(1).description()).matches("SIMD of (4|8|16|32) floats, (16|32) registers, 1 thread");
        assertThat(open(2).description()).endsWith(", 2 threads");
        assertThat(provider().priority()).isEqualTo(300);
    }
}
