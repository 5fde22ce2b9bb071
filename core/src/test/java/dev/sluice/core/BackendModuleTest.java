package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import org.junit.jupiter.api.Test;

class BackendModuleTest {
    /** A class as users write them. */
    private static final class Service {
        private final LSTM lstm;

        @Inject
        Service(Backend backend) {
            lstm = LSTM.of(3, 4).backend(backend).build();
        }
    }

    @Test
    void bindsTheBackendThatIsSelectedOnceForAll() {
        Injector injector = Guice.createInjector(new BackendModule());
        assertThat(injector.getInstance(Backend.class).name()).isEqualTo("scalar");
        assertThat(injector.getInstance(Backend.class)).isSameAs(injector.getInstance(Backend.class)).isSameAs(injector.getInstance(Backends.class).selected());
        assertThat(injector.getInstance(Service.class).lstm).hasToString("LSTM(3, 4)");
    }
}
