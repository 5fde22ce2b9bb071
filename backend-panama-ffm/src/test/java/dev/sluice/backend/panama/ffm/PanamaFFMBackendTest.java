package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kit, with the products that the backend leaves to the library. */
@LibraryUnderTest
class PanamaFFMBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new PanamaFFMProvider();
    }

    @Override
    public List<BackendProvider> others() {
        return AllByBlasProvider.inJava();
    }

    @Test
    void tellsWhatItRunsOn() {
        String library = System.getProperty("sluice.blas");
        assertThat(open(1).isExact()).isFalse();
        assertThat(open(1).description()).matches(switch (library) {
            case "jar" -> "OpenBLAS 0\\.\\d+\\.\\d+, core \\w+ \\(openblas-.*\\.jar\\)";
            case "openblas" -> "OpenBLAS 0\\.\\d+\\.\\d+(\\.dev)?, core \\w+ \\(libopenblas\\.so.*\\)";
            case "blis" -> "BLIS [\\d.]+, core \\w+ \\(libblis\\.so.*\\)";
            default -> (library.contains("openblas") ? "OpenBLAS 0\\.\\d+\\.\\d+, core \\w+" : library.contains("mkl") ? "MKL .+" : "a BLAS that does not tell its name") + " \\(/.+\\)";
        } + ", 1 thread of one BLAS thread each, the rest by scalar");
        assertThat(open(2).description()).endsWith(", 2 threads of one BLAS thread each, the rest by scalar");
        assertThat(provider().priority()).isEqualTo(200);
    }
}
