package dev.sluice.examples.report;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.examples.benchmark.Contender;
import dev.sluice.examples.benchmark.Peer;
import dev.sluice.examples.benchmark.Request;
import dev.sluice.examples.benchmark.Workload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All that are compared: the usable backends with some number of threads, in this process, and other libraries, each in its own. */
final class Contenders implements AutoCloseable {
    private static final double WARM_UP = 5;

    private final List<Peer> peers = new ArrayList<>();

    /** Starts the other libraries, and has each run for a while, for those in Java have to be compiled. */
    Contenders(List<Library> libraries) throws IOException {
        for (Library library : libraries) {
            Peer peer = new Peer(library.command());
            peers.add(peer);
            for (boolean training : new boolean[] {false, true}) {
                try {
                    peer.times(new Request(Workload.NOTEBOOK.work(), training, 1, 0, WARM_UP));
                } catch (UnsupportedOperationException e) {
                    // and so it need not be compiled
                }
            }
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
            for (Backend backend : Backends.discover(workers).usable()) {
                all.add(Contender.of(backend));
            }
            peers.forEach(peer -> all.add(Contender.of(peer)));
            measuring.with(all);
        }
    }

    @Override
    public void close() {
        peers.forEach(Peer::close);
    }
}
