package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.io.IOException;
import java.util.Locale;

/** One that takes part in a comparison. */
public interface Contender {
    /** Seconds; who needs more for a pass is not measured. */
    double LONGEST = 4;

    /** What a table calls it. */
    String name();

    /**
     * Something that can be timed again and again, warmed up.
     *
     * @param request which says how long
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
            public Series.Turn turn(Request request) {
                Runnable pass = request.work().on(backend).run(request.training());
                requireShort(Series.timed(pass, request.warmUp()).median());
                return () -> Series.timed(pass, request.seconds()).median();
            }
        };
    }

    /** Another library, in another process. It is warmed up before each turn as well, for it may have slept. */
    static Contender of(Peer peer) {
        return new Contender() {
            @Override
            public String name() {
                return peer.name();
            }

            @Override
            public Series.Turn turn(Request request) throws IOException {
                requireShort(peer.times(request.lasting(0, 0))[0] / 3); // not warmed up yet
                requireShort(peer.times(request.lasting(0, request.warmUp()))[0]);
                return () -> new Series(peer.times(request.lasting(Math.min(request.warmUp(), 0.2), request.seconds()))).median();
            }
        };
    }

    private static void requireShort(double seconds) {
        if (seconds > LONGEST) {
            throw new UnsupportedOperationException(String.format(Locale.ROOT, "a pass takes %.0f s", seconds));
        }
    }
}
