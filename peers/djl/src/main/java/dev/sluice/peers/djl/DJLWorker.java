package dev.sluice.peers.djl;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import dev.sluice.examples.benchmark.Work;
import dev.sluice.examples.benchmark.Worker;

/**
 * The LSTM of the Deep Java Library on PyTorch, timed. Its block knows no lengths and DJL does not pack, so sequences of different lengths are a batch in which all are as long as the longest,
 * padding computed like the rest.
 */
public final class DJLWorker implements Worker.Library {
    static {
        System.setProperty("ai.djl.offline", "true"); // nothing is downloaded
        System.setProperty("OPT_OUT_TRACKING", "true"); // nothing is reported
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1"); // cannot be changed later
    }

    private final Engine engine = Engine.getEngine("PyTorch");
    private Passes passes; // of the last request, or null

    private DJLWorker() {}

    public static void main(String[] args) throws Exception {
        Worker.serve(new DJLWorker());
    }

    @Override
    public String name() {
        return "DJL " + Engine.getDjlVersion() + " on PyTorch " + engine.getVersion();
    }

    @Override
    public Runnable pass(Work work, boolean training, int threads) {
        if (passes != null) {
            passes.close();
        }
        JniUtils.setNumThreads(threads);
        passes = new Passes(work, training);
        return training ? passes::train : passes::forward;
    }
}
