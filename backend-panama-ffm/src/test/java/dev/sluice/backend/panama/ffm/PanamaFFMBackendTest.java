package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** The kit, on the library that {@code -Dsluice.blas} names. */
class PanamaFFMBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new PanamaFFMProvider();
    }

    @Override
    public List<BackendProvider> others() {
        return ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).filter(other -> !other.name().equals("panama-ffm")).toList();
    }

    @Test
    void tellsWhatItRunsOn() {
        assertThat(open(1).isExact()).isFalse();
        assertThat(open(1).description()).matches("(OpenBLAS|MKL|BLIS|a BLAS that does not tell its name).* \\(.+\\), 1 thread of one BLAS thread each, the rest by scalar");
        assertThat(open(2).description()).contains(", 2 threads of one BLAS thread each");
        assertThat(provider().priority()).isEqualTo(200);
    }
}
