package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Sluice in a process of its own: to see how long it takes to start, and how much memory it needs. */
public final class SluiceWorker implements Worker.Library {
    private final String backend;

    private SluiceWorker(String backend) {
        this.backend = backend;
    }

    /** Starts one; scalar needs no flag, and those that it does not need make a JVM start later. */
    public static List<String> command(String backend) {
        return backend.equals("scalar") ? Peer.java("-cp", System.getProperty("java.class.path"), SluiceWorker.class.getName(), backend) : forAnyBackend(SluiceWorker.class, backend);
    }

    /** Starts a program of this class path with the flags that some backend needs. */
    public static List<String> forAnyBackend(Class<?> main, String... arguments) {
        return Stream.concat(Peer.java("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), main.getName()).stream(),
                Arrays.stream(arguments)).toList();
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
