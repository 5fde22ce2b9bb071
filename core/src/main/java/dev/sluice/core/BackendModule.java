package dev.sluice.core;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.sluice.api.Backend;
import dev.sluice.api.Backends;

/** Binds {@link Backends} to what is on the class path and {@link Backend} to the one selected there, for programs wired with Guice. */
@SuppressWarnings("exports") // who names this class has Guice
public final class BackendModule extends AbstractModule {
    /** The module; it needs no settings of its own. */
    public BackendModule() {}

    @Provides
    @Singleton
    Backends backends() {
        return Backends.discover();
    }

    @Provides
    @Singleton
    Backend backend(Backends backends) {
        return backends.selected();
    }
}
