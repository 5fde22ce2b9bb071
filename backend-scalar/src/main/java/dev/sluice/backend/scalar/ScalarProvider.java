package dev.sluice.backend.scalar;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.Processor;
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
        if (!Processor.hasFusedMultiplyAdd()) {
            System.getLogger(ScalarProvider.class.getName()).log(Level.WARNING, "scalar: this JVM has no fused multiply-add in hardware; "
                    + "results are the same, but everything takes about a thousand times as long");
        }
        return new ScalarBackend(context.workers());
    }
}
