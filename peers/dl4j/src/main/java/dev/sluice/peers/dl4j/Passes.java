package dev.sluice.peers.dl4j;

import dev.sluice.examples.benchmark.Work;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The two passes of a network of LSTM layers with random weights and input. Sequences of different lengths are a padded batch with a mask. */
final class Passes {
    private final Work work;
    private final MultiLayerNetwork network;
    private final INDArray x; // [batch, input, steps]
    private final INDArray mask; // [batch, steps], or null
    private final INDArray ones; // [batch, directions·hidden, steps]

    Passes(Work work) {
        this.work = work;
        network = network(work);
        x = Nd4j.randn(DataType.FLOAT, work.batch(), work.input(), work.steps());
        mask = work.lengths().length == 0 ? null : mask(work);
        ones = Nd4j.ones(DataType.FLOAT, work.batch(), work.directions() * work.hidden(), work.steps());
        check();
    }

    /** Inference. */
    void forward() {
        output();
    }

    /** Forward and backward of the sum of the output, to all parameters and the input. */
    void train() {
        mask();
        network.setInput(x);
        network.feedForward(true, false);
        network.backpropGradient(ones, null);
    }

    private INDArray output() {
        mask();
        return network.output(x);
    }

    /** To each layer by hand: from {@code output(x, false, mask, null)} the layers within a {@code Bidirectional} do not get it, and its second direction would begin in the padding. */
    private void mask() {
        if (mask != null) {
            Arrays.stream(network.getLayers()).forEach(layer -> layer.setMaskArray(mask));
        }
    }

    private static MultiLayerNetwork network(Work work) {
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().seed(1).dataType(DataType.FLOAT).weightInit(WeightInit.XAVIER).list();
        for (int layer = 0; layer < work.layers(); layer++) {
            LSTM lstm = new LSTM.Builder().nIn(layer == 0 ? work.input() : work.directions() * work.hidden()).nOut(work.hidden()).activation(Activation.TANH).build();
            layers.layer(work.directions() == 2 ? new Bidirectional(Bidirectional.Mode.CONCAT, lstm) : lstm);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
        network.init();
        return network;
    }

    private static INDArray mask(Work work) {
        float[][] mask = new float[work.batch()][work.steps()];
        for (int i = 0; i < work.batch(); i++) {
            Arrays.fill(mask[i], 0, work.lengths()[i], 1);
        }
        return Nd4j.create(mask);
    }

    private void check() {
        INDArray output = output();
        long[] required = {work.batch(), (long) work.directions() * work.hidden(), work.steps()};
        float lowest = output.minNumber().floatValue(), highest = output.maxNumber().floatValue();
        if (!Arrays.equals(output.shape(), required) || !Double.isFinite(output.sumNumber().doubleValue()) || lowest == highest) {
            throw new IllegalStateException("DL4J: the output is " + Arrays.toString(output.shape()) + " of " + lowest + " to " + highest + "; " + Arrays.toString(required)
                    + " with finite numbers that differ is required");
        }
    }
}
