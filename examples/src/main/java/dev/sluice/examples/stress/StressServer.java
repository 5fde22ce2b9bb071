package dev.sluice.examples.stress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tells over HTTP where words carry their stress: {@code GET /stress?phones=K+AA+N+T+EH+S+T}, as text. {@code POST /reload} reads the model's file anew. One model answers any number of requests at
 * once, each on a virtual thread of its own.
 */
public final class StressServer implements AutoCloseable {
    private static final int MOST_PHONES = 100;
    private static final int BACKLOG = 1_000; // connections that wait to be accepted
    private static final int SECONDS_TO_FINISH = 10;

    private final Path file;
    private final AtomicReference<StressModel> model = new AtomicReference<>();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    private record Answer(int status, String text) {}

    /**
     * Serves the model in a file that {@link StressModel#save} wrote.
     *
     * @param warmUp how many words to answer before the first request is let in
     * @throws IOException naming the file or the address, and what is wrong with it
     */
    public StressServer(Path file, InetSocketAddress address, int warmUp) throws IOException {
        this.file = file;
        load(warmUp);
        try {
            server = HttpServer.create(address, BACKLOG, "/", this::handle);
        } catch (BindException e) {
            throw new IOException(address + ": " + e.getMessage(), e);
        }
        server.setExecutor(requests);
        server.start();
    }

    /** Exchanges the model for that of the file as it is now, which answers some words before anybody sees it. What has begun ends with the old one. */
    private synchronized void load(int warmUp) throws IOException {
        StressModel next = StressModel.load(file);
        for (int i = 0; i < warmUp; i++) {
            next.predict(String.join(" ", Collections.nCopies(1 + i % 20, next.phones().name(i % next.phones().count()))));
        }
        model.set(next);
    }

    private Answer answer(String method, URI asked) {
        try {
            return switch (method + " " + asked.getPath()) {
                case "GET /stress" -> new Answer(200, model.get().predict(phones(asked)));
                case "POST /reload" -> {
                    load(1);
                    yield new Answer(200, "loaded " + file);
                }
                default -> new Answer(404, method + " " + asked.getPath() + ": there is GET /stress?phones=K+AA+N+T+EH+S+T and POST /reload");
            };
        } catch (IllegalArgumentException e) {
            return new Answer(400, e.getMessage());
        } catch (OutOfMemoryError e) { // Memory.limit is reached; those in work go on
            return new Answer(503, e.getMessage());
        } catch (IOException e) { // the old model stays
            return new Answer(500, (e instanceof NoSuchFileException ? "no such file: " : "") + e.getMessage());
        }
    }

    private static String phones(URI asked) {
        String query = asked.getRawQuery() == null ? "" : asked.getRawQuery();
        String phones = Arrays.stream(query.split("&")).filter(part -> part.startsWith("phones=")).map(part -> URLDecoder.decode(part.substring(7), StandardCharsets.UTF_8).strip())
                .findFirst().orElse("");
        int count = phones.isEmpty() ? 0 : phones.split("\\s+").length;
        if (count < 1 || count > MOST_PHONES) {
            throw new IllegalArgumentException("phones: " + count + " of them; 1 to " + MOST_PHONES + " are required, as in /stress?phones=K+AA+N+T+EH+S+T");
        }
        return phones;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange.getRequestMethod(), exchange.getRequestURI());
            byte[] text = (answer.text + "\n").getBytes(StandardCharsets.UTF_8);
            boolean headOnly = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(answer.status, headOnly ? -1 : text.length);
            if (!headOnly) {
                exchange.getResponseBody().write(text);
            }
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Lets no request in any more, and waits for the answers to those that are. */
    @Override
    public void close() {
        server.stop(SECONDS_TO_FINISH);
        requests.close();
    }
}
