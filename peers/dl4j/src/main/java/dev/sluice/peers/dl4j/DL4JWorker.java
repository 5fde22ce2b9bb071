package dev.sluice.peers.dl4j;

import dev.sluice.examples.benchmark.Work;
import dev.sluice.examples.benchmark.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The LSTM layer of Eclipse Deeplearning4j, timed. The threads are those of its BLAS; the loops of ND4J beside it stay on one, for their threads and those of the BLAS wait for each other's
 * processors, which took several times as long. No environment variable is needed for that.
 */
public final class DL4JWorker implements Worker.Library {
    static {
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0"); // no limit: else each array asks the system first how much memory the process has
    }

    private DL4JWorker() {}

    public static void main(String[] args) throws Exception {
        Worker.serve(new DL4JWorker());
    }

    @Override
    public String name() {
        Properties artifact = new Properties();
        try (InputStream in = MultiLayerNetwork.class.getResourceAsStream("/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties")) {
            artifact.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "DL4J " + artifact.getProperty("version");
    }

    @Override
    public Runnable pass(Work work, boolean training, int threads) {
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        Nd4j.factory().blas().setMaxThreads(threads);
        Passes passes = new Passes(work);
        return training ? passes::train : passes::forward;
    }
}
