package dev.sluice.backend.scalar;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import java.lang.System.Logger.Level;

/** Opens {@link ScalarBackend}, which runs everywhere. */
public final class ScalarProvider implements BackendProvider {
    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Backend open(BackendContext context) {
        if (fmaIsEmulated()) {
            System.getLogger(ScalarProvider.class.getName()).log(Level.WARNING, "scalar: this JVM has no fused multiply-add in hardware; "
                    + "results are the same, but everything takes about a thousand times as long");
        }
        return new ScalarBackend(context.workers());
    }

    /** Emulated, one takes microseconds even in compiled code; in hardware, nanoseconds even in the interpreter. The best of several counts. */
    private static boolean fmaIsEmulated() {
        int count = 200;
        float x = 1f;
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 10; attempt++) {
            long begin = System.nanoTime();
            for (int i = 0; i < count; i++) {
                x = Math.fma(x, 0.5f, 0.5f);
            }
            best = Math.min(best, System.nanoTime() - begin);
        }
        return best > count * 500L && x > 0f;
    }
}
