package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import picocli.CommandLine.Option;

/** The options that say what a program runs on. */
final class ChosenBackend {
    @Option(names = "--backend", description = "the backend to run on; without it -Dsluice.backend, SLUICE_BACKEND, or the best there is")
    private String name;

    @Option(names = "--threads", description = "threads to use; without it -Dsluice.threads, or all processors")
    private Integer threads;

    /** As many as were asked for. */
    Workers workers() {
        Program.require(threads == null || threads >= 1, "--threads " + threads + ": at least 1");
        return threads == null ? Workers.configured() : Workers.of(threads);
    }

    /** The one that was asked for. */
    Backend on(Workers workers) {
        Backends backends = Backends.discover(workers);
        return name == null ? backends.selected() : backends.named(name);
    }
}
