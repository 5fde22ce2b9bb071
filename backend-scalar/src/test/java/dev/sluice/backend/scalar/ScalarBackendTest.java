package dev.sluice.backend.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import org.junit.jupiter.api.Test;

class ScalarBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new ScalarProvider();
    }

    @Test
    void isExactAndTellsItsThreads() {
        assertThat(open(1).isExact()).isTrue();
        assertThat(open(1).description()).isEqualTo("plain Java loops, 1 thread");
        assertThat(open(2).description()).isEqualTo("plain Java loops, 2 threads");
        assertThat(provider().priority()).isEqualTo(100);
    }
}
