package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.List;

/** Sluice in a process of its own: to see how long it takes to start, and how much memory it needs. */
public final class SluiceWorker implements Worker.Library {
    private final String backend;

    private SluiceWorker(String backend) {
        this.backend = backend;
    }

    /** Starts one. */
    public static List<String> command(String backend) {
        return Peer.java("-cp", System.getProperty("java.class.path"), SluiceWorker.class.getName(), backend);
    }

    /**
     * @param args the name of a backend
     */
    public static void main(String[] args) throws Exception {
        Worker.serve(new SluiceWorker(args[0]));
    }

    @Override
    public String name() {
        return "Sluice, " + backend;
    }

    @Override
    public Runnable pass(Work work, boolean training, int threads) {
        Backend chosen = Backends.discover(Workers.of(threads)).named(backend); // whose threads end with the process
        return work.on(chosen).run(training);
    }
}
