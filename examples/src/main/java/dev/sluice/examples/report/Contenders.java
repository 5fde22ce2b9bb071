package dev.sluice.examples.report;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Contender;
import dev.sluice.examples.benchmark.Contest;
import dev.sluice.examples.benchmark.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All that are compared: the usable backends with some number of threads, in this process, and other libraries, each in its own. */
final class Contenders implements AutoCloseable {
    private final Contest contest;
    private boolean compiled;
    private final List<Peer> peers = new ArrayList<>();

    Contenders(Contest contest, List<Library> libraries) throws IOException {
        this.contest = contest;
        for (Library library : libraries) {
            peers.add(new Peer(library.command()));
        }
    }

    /** What is measured with contenders. */
    @FunctionalInterface
    interface Measuring {
        void with(List<Contender> contenders) throws IOException;
    }

    /** With backends whose threads end afterwards. */
    void on(int threads, Measuring measuring) throws IOException {
        try (Workers workers = Workers.of(threads)) {
            List<Contender> all = new ArrayList<>();
            List<Backend> usable = Backends.discover(workers).usable();
            usable.forEach(backend -> all.add(Contender.of(backend)));
            peers.forEach(peer -> all.add(Contender.of(peer)));
            if (!compiled) {
                contest.compile(usable);
                compiled = true;
            }
            measuring.with(all);
        }
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
    }
}
