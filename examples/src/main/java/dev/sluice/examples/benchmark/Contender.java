package dev.sluice.examples.benchmark;

import dev.sluice.api.Backend;
import java.io.IOException;

/** One that takes part in a comparison. */
public interface Contender {
    /** What a table calls it. */
    String name();

    /**
     * Something that can be timed again and again, warmed up.
     *
     * @param request which says how long
     * @throws UnsupportedOperationException with the reason, when it cannot do that
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
                return Series.of(request.work().on(backend).run(request.training()), request.warmUp(), request.seconds());
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
                peer.times(request);
                Request again = new Request(request.work(), request.training(), request.threads(), Math.min(request.warmUp(), 0.2), request.seconds());
                return () -> new Series(peer.times(again)).median();
            }
        };
    }
}
