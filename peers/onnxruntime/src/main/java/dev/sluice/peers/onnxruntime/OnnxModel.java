package dev.sluice.peers.onnxruntime;

import dev.sluice.examples.benchmark.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * A model file with an LSTM of random weights: for each layer an {@code LSTM} operator, whose output is [steps, directions, batch, hidden], and a {@code Transpose} and a {@code Reshape} to
 * [steps, batch, directions·hidden]. Numbers of fields and of element types are those of {@code onnx.proto}.
 */
final class OnnxModel {
    /** Names of what goes in and comes out. */
    static final String X = "x", LENGTHS = "lengths";

    private static final int FLOAT = 1, INT32 = 6, INT64 = 7;

    private final RandomGenerator random = RandomGeneratorFactory.getDefault().create(1);
    private final Message graph = new Message();
    private final Work work;

    private OnnxModel(Work work) {
        this.work = work;
    }

    /** The file. Its inputs are {@code x} [steps, batch, input] and, where lengths differ, {@code lengths} [batch]. */
    static byte[] of(Work work) {
        return new OnnxModel(work).model();
    }

    /** The name of the last layer's output. */
    static String output(Work work) {
        return "o" + (work.layers() - 1);
    }

    private byte[] model() {
        String x = X;
        for (int k = 0; k < work.layers(); k++) {
            layer(k, x, k == 0 ? work.input() : work.directions() * work.hidden());
            x = "o" + k;
        }
        graph.with(2, "lstm").with(11, value(X, FLOAT, "steps", "batch", "input")).with(12, value(x, FLOAT));
        if (work.lengths().length > 0) {
            graph.with(11, value(LENGTHS, INT32, "batch"));
        }
        return new Message().with(1, 8).with(8, new Message().with(2, 14)).with(7, graph).bytes(); // format 8, operators 14
    }

    private void layer(int k, String x, int width) {
        int directions = work.directions(), hidden = work.hidden();
        weight("w" + k, directions, 4 * hidden, width);
        weight("r" + k, directions, 4 * hidden, hidden);
        weight("b" + k, directions, 8 * hidden);
        List<String> inputs = Stream.concat(Stream.of(x, "w" + k, "r" + k, "b" + k), work.lengths().length > 0 ? Stream.of(LENGTHS) : Stream.of()).toList();
        node("LSTM", inputs, "y" + k, attribute("hidden_size", 2).with(3, hidden), attribute("direction", 3).with(4, directions == 2 ? "bidirectional" : "forward"));
        Message order = attribute("perm", 7);
        for (int axis : new int[] {0, 2, 1, 3}) {
            order.with(8, axis);
        }
        node("Transpose", List.of("y" + k), "t" + k, order);
        ByteBuffer shape = bytes(3 * Long.BYTES).putLong(0).putLong(0).putLong(-1); // the first two as they are, the rest as one
        graph.with(5, new Message().with(1, 3).with(2, INT64).with(8, "s" + k).with(9, shape.array()));
        node("Reshape", List.of("t" + k, "s" + k), "o" + k);
    }

    private void node(String type, List<String> inputs, String output, Message... attributes) {
        Message node = new Message();
        inputs.forEach(input -> node.with(1, input));
        node.with(2, output).with(4, type);
        Arrays.stream(attributes).forEach(attribute -> node.with(5, attribute));
        graph.with(1, node);
    }

    private static Message attribute(String name, int type) {
        return new Message().with(1, name).with(20, type);
    }

    private void weight(String name, int... shape) {
        int count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        double bound = 1 / Math.sqrt(work.hidden());
        ByteBuffer data = bytes(count * Float.BYTES);
        random.doubles(count, -bound, bound).forEach(value -> data.putFloat((float) value));
        Message tensor = new Message();
        Arrays.stream(shape).forEach(size -> tensor.with(1, size));
        graph.with(5, tensor.with(2, FLOAT).with(8, name).with(9, data.array()));
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static Message value(String name, int type, String... shape) {
        Message tensor = new Message().with(1, type), dimensions = new Message();
        Arrays.stream(shape).forEach(size -> dimensions.with(1, new Message().with(2, size)));
        return new Message().with(1, name).with(2, new Message().with(1, shape.length == 0 ? tensor : tensor.with(2, dimensions)));
    }
}
