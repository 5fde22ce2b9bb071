package dev.sluice.examples;

import dev.sluice.examples.stress.StressServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Answers requests with a model that {@link WordStress} trained, until it is stopped. */
@Command(name = "Serve", sortOptions = false, usageHelpAutoWidth = true, description = "Tells over HTTP where words carry their stress: GET /stress?phones=K+AA+N+T+EH+S+T. POST /reload reads the model anew.")
public final class Serve implements Callable<Integer> {
    @Option(names = "--model", required = true, paramLabel = "FILE", description = "a model, as WordStress --model FILE writes it")
    private Path model;

    @Option(names = "--host", description = "the address to listen on; localhost unless given, so that no other machine is answered. In a container: 0.0.0.0", defaultValue = "localhost")
    private String host;

    @Option(names = "--port", description = "8080 unless given; 0 for any that is free", defaultValue = "8080")
    private int port;

    @Option(names = "--warm-up", paramLabel = "WORDS", description = "words to answer before the first request is let in, so that it is as fast as those that follow; 2000 unless given", defaultValue = "2000")
    private int warmUp;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Serve() {}

    public static void main(String[] args) {
        System.exit(Program.run(new Serve(), args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Program.require(port >= 0 && port <= 65_535, "--port " + port + ": 0 to 65535");
        InetSocketAddress address = new InetSocketAddress(host, port);
        Program.require(!address.isUnresolved(), "--host " + host + ": an address of this machine");
        StressServer server = new StressServer(model, address, warmUp);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.close();
            System.out.println("stopped");
        }));
        System.out.println("listens on http://" + host + ":" + server.address().getPort() + "/stress?phones=K+AA+N+T+EH+S+T until Ctrl-C");
        new CountDownLatch(1).await();
        return 0;
    }
}
