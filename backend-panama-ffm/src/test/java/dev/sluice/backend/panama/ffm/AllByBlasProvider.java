package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.Workers;
import java.util.List;
import java.util.ServiceLoader;

/** The backend with every product by the library, however small, so that tests are about the library; or with another choice. */
public final class AllByBlasProvider implements BackendProvider {
    private final Choice choice;

    /** For the service loader. */
    public AllByBlasProvider() {
        this(new Choice(1, 1, 1, 1));
    }

    AllByBlasProvider(Choice choice) {
        this.choice = choice;
    }

    /** What it may leave part of its work to. */
    static List<BackendProvider> inJava() {
        return ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).filter(provider -> provider.name().equals("scalar")).toList();
    }

    @Override
    public String name() {
        return "all-by-blas";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Backend open(BackendContext context) {
        Library library = LibrarySearch.configured();
        Workers workers = context.workers();
        return new PanamaFFMBackend("all-by-blas", library, context.backends().named("scalar"), workers, choice);
    }
}
