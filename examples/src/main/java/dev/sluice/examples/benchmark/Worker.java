package dev.sluice.examples.benchmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The other side of a {@link Peer}, in a process of its own: it prints its name, and then answers each line with a {@link Request} by a line with the seconds of each pass, {@code times 0.012 0.011}, or
 * {@code unsupported} and why.
 */
public final class Worker {
    private Worker() {}

    /** What is timed. */
    public interface Library {
        /** With its version. */
        String name();

        /**
         * A pass, ready to be run again and again; what an earlier one needed may be given back.
         *
         * @throws UnsupportedOperationException with the reason, when the library cannot do it
         */
        Runnable pass(Work work, boolean training, int threads) throws Exception;
    }

    /** Serves until its standard input ends. Whatever the library prints goes to standard error. */
    public static void serve(Library library) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        answers.println(library.name());
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(answer(library, Request.of(line)));
        }
    }

    private static String answer(Library library, Request request) throws Exception {
        try {
            Runnable pass = library.pass(request.work(), request.training(), request.threads());
            if (request.warmUp() > 0) {
                Series.timed(pass, request.warmUp());
            }
            return "times " + Arrays.stream(Series.timed(pass, request.seconds()).rounds()).mapToObj(Double::toString).collect(Collectors.joining(" "));
        } catch (UnsupportedOperationException e) {
            return "unsupported " + e.getMessage();
        }
    }
}
