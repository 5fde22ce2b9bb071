package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules about opening a backend, and the one method that a test class of a backend has. */
public interface ProviderContract {
    /** The backend to judge. */
    BackendProvider provider();

    /** The backend itself, opened anew on so many threads, without the checks around it. */
    default Backend open(int threads) {
        Workers workers = Workers.of(threads);
        return provider().open(new BackendContext(workers, Backends.of(workers, List.of(provider()))));
    }

    @Test
    default void rule24_openedBackendsWorkAndGoByTheirProvidersName() {
        Backend backend = open(1);
        String name = provider().name();
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*") || !backend.name().equals(name)) {
            throw new AssertionError("rule 24: the provider is named \"" + name + "\", its backend \"" + backend.name()
                    + "\"; both must be one name of small letters, digits and hyphens");
        }
        if (backend.description().isBlank() || backend.description().contains("\n")) {
            throw new AssertionError("rule 24: the description is \"" + backend.description() + "\"; one line that tells what it runs on is required");
        }
        if (open(3).workers().threads() != 3) {
            throw new AssertionError("rule 24: opened on 3 threads, the backend says it has " + open(3).workers().threads() + "; it must use the workers it is given");
        }
    }
}
