package dev.sluice.peers.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.ParameterList;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.UniformInitializer;
import dev.sluice.examples.benchmark.Work;
import java.util.stream.Stream;

/** The two passes of an LSTM block with random weights and input; what a pass makes goes when it ends. */
final class Passes implements AutoCloseable {
    private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private final ParameterStore store = new ParameterStore(manager, false);
    private final Work work;
    private final LSTM lstm;
    private final NDList weights = new NDList();
    private final NDArray x; // [steps, batch, input]

    Passes(Work work, boolean training) {
        this.work = work;
        Shape shape = new Shape(work.steps(), work.batch(), work.input());
        lstm = LSTM.builder().setStateSize(work.hidden()).setNumLayers(work.layers()).optBidirectional(work.directions() == 2).optBatchFirst(false).build();
        lstm.setInitializer(new UniformInitializer((float) (1 / Math.sqrt(work.hidden()))), _ -> true);
        lstm.initialize(manager, DataType.FLOAT32, shape);
        ParameterList parameters = lstm.getDirectParameters();
        for (int layer = 0; layer < work.layers(); layer++) {
            for (String direction : work.directions() == 2 ? new String[] {"l", "r"} : new String[] {"l"}) {
                for (String name : new String[] {"i2h_WEIGHT", "h2h_WEIGHT", "i2h_BIAS", "h2h_BIAS"}) {
                    weights.add(parameters.get(direction + "_" + layer + "_" + name).getArray());
                }
            }
        }
        x = manager.randomNormal(shape);
        Stream.concat(Stream.of(x), weights.stream()).forEach(array -> array.setRequiresGradient(training));
        check();
    }

    /** Inference. */
    void forward() {
        try (NDManager pass = manager.newSubManager()) {
            pass.tempAttachAll(x);
            output(false);
        }
    }

    /** Forward and backward of the sum of the output, to all parameters and the input. */
    void train() {
        try (NDManager pass = manager.newSubManager(); GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            pass.tempAttachAll(x);
            collector.backward(output(true).sum());
        }
        Stream.concat(Stream.of(x), weights.stream()).forEach(array -> {
            try (NDArray gradient = array.getGradient()) {
                gradient.subi(gradient); // else the next pass would add to it
            }
        });
    }

    /**
     * [steps, batch, directions·hidden]. For two directions it is what the block calls in the end, for the block itself fails there: it hands over its weights in another order than PyTorch's.
     */
    private NDArray output(boolean training) {
        if (work.directions() == 1) {
            return lstm.forward(store, new NDList(x), training).singletonOrThrow();
        }
        Shape state = new Shape(2L * work.layers(), work.batch(), work.hidden());
        NDList states = new NDList(x.getManager().zeros(state), x.getManager().zeros(state));
        return x.getNDArrayInternal().lstm(x, states, weights, true, work.layers(), 0, training, true, false).head();
    }

    private void check() {
        try (NDManager pass = manager.newSubManager()) {
            pass.tempAttachAll(x);
            NDArray output = output(false);
            Shape required = new Shape(work.steps(), work.batch(), (long) work.directions() * work.hidden());
            float lowest = output.min().getFloat(), highest = output.max().getFloat(); // NaN where there is one
            if (!output.getShape().equals(required) || !Float.isFinite(lowest) || !Float.isFinite(highest) || lowest == highest) {
                throw new IllegalStateException("DJL: the output is " + output.getShape() + " of " + lowest + " to " + highest + "; " + required + " with finite numbers that differ is required");
            }
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
