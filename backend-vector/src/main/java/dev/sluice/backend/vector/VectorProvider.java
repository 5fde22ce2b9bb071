package dev.sluice.backend.vector;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.BackendUnavailableException;
import dev.sluice.api.Processor;

/** Opens {@link VectorBackend} where the JVM has the Vector API, a compiler that makes instructions of it, and fused multiply-add. */
public final class VectorProvider implements BackendProvider {
    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int priority() {
        return 300;
    }

    @Override
    public Backend open(BackendContext context) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            throw new BackendUnavailableException("the module jdk.incubator.vector is not there; start Java with --add-modules jdk.incubator.vector");
        }
        String compiler = System.getProperty("java.vm.info", "");
        if (compiler.contains("interpreted") || compiler.contains("emulated-client")) {
            throw new BackendUnavailableException("this JVM runs without its C2 compiler (" + compiler + "), and vectors would be slower than plain loops; start it without "
                    + "-Xint and -XX:TieredStopAtLevel, or use scalar");
        }
        if (!Processor.hasFusedMultiplyAdd()) {
            throw new BackendUnavailableException("this JVM has no fused multiply-add in hardware, without which every product would take about a thousand times as long; "
                    + "start it without -XX:UseAVX=0 and -XX:-UseFMA, or use a processor that has it");
        }
        return new VectorBackend(context.workers());
    }
}
