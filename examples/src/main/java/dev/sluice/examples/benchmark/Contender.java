package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.io.IOException;
import java.util.Locale;

/** One that takes part in a comparison. */
public interface Contender {
    /** Seconds; who needs more for a pass is not measured. */
    double LONGEST = 4;

    /** So often {@link Request#warmUp} may be repeated. */
    int MOST_RUNS = 10;

    /** What a table calls it. */
    String name();

    /**
     * Something that can be timed again and again, warmed up.
     *
     * @param request which says how long; and how long to warm up, which is done again until it helps no more
     * @throws UnsupportedOperationException with the reason, when it cannot do that, or needs more than {@link #LONGEST} seconds
     */
    Series.Turn turn(Request request) throws IOException;

    /** A backend, in this process; its threads are its own, whatever a request says. */
    static Contender of(Backend backend) {
        return new Contender() {
            @Override
            public String name() {
                return backend.name();
            }

            @Override
            public Series.Turn turn(Request request) throws IOException {
                Runnable pass = request.work().on(backend).run(request.training());
                warmUp(() -> Series.timed(pass, request.warmUp()).median());
                return () -> {
                    Series.timed(pass, request.beforeTurn());
                    return Series.timed(pass, request.seconds()).median();
                };
            }
        };
    }

    /** Another library, in another process. */
    static Contender of(Peer peer) {
        return new Contender() {
            @Override
            public String name() {
                return peer.name();
            }

            @Override
            public Series.Turn turn(Request request) throws IOException {
                warmUp(() -> new Series(peer.times(request.lasting(0, request.warmUp()))).median());
                return () -> new Series(peer.times(request.lasting(request.beforeTurn(), request.seconds()))).median();
            }
        };
    }

    /** Has it run until it gets no faster by more than a tenth, so that what is measured is compiled. */
    private static void warmUp(Series.Turn turn) throws IOException {
        double before = Double.POSITIVE_INFINITY, now = turn.seconds();
        for (int run = 1; run < MOST_RUNS && now < 3 * LONGEST && now < 0.9 * before; run++) {
            before = now;
            now = turn.seconds();
        }
        if (now > LONGEST) {
            throw new UnsupportedOperationException(String.format(Locale.ROOT, "a pass takes %.0f s", now));
        }
    }
}
