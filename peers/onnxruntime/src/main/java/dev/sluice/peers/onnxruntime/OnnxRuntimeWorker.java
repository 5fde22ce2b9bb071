package dev.sluice.peers.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sluice.examples.benchmark.Work;
import dev.sluice.examples.benchmark.Worker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * ONNX Runtime's LSTM operator, through its Java interface, timed. Sequences of different lengths are a padded batch with {@code sequence_lens}, which is how its users do it. A pass leaves the
 * output where the library has it: a program that reads it copies it once more.
 */
public final class OnnxRuntimeWorker implements Worker.Library {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private OrtSession session; // or null, before the first request

    private OnnxRuntimeWorker() {}

    public static void main(String[] args) throws Exception {
        Worker.serve(new OnnxRuntimeWorker());
    }

    @Override
    public String name() {
        return "ONNX Runtime " + environment.getVersion() + " (Java)";
    }

    @Override
    public Runnable pass(Work work, boolean training, int threads) throws OrtException {
        if (training) {
            throw new UnsupportedOperationException("it cannot train");
        }
        if (session != null) {
            session.close();
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            session = environment.createSession(OnnxModel.of(work), options);
        }
        OrtSession current = session;
        Map<String, OnnxTensor> inputs = inputs(work);
        Set<String> output = Set.of(OnnxModel.output(work));
        check(work, current, inputs, output);
        return () -> {
            try (OrtSession.Result _ = current.run(inputs, output)) {
                // nothing but the run
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private Map<String, OnnxTensor> inputs(Work work) throws OrtException {
        Random random = new Random(1);
        FloatBuffer x = direct(work.steps() * work.batch() * work.input()).asFloatBuffer();
        for (int i = 0; i < x.capacity(); i++) {
            x.put(i, (float) random.nextGaussian());
        }
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put(OnnxModel.X, OnnxTensor.createTensor(environment, x, new long[] {work.steps(), work.batch(), work.input()}));
        if (work.lengths().length > 0) {
            IntBuffer lengths = direct(work.batch()).asIntBuffer().put(0, work.lengths());
            inputs.put(OnnxModel.LENGTHS, OnnxTensor.createTensor(environment, lengths, new long[] {work.batch()}));
        }
        return inputs;
    }

    /** Memory for numbers of four bytes. */
    private static ByteBuffer direct(int count) {
        return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder());
    }

    private static void check(Work work, OrtSession session, Map<String, OnnxTensor> inputs, Set<String> name) throws OrtException {
        try (OrtSession.Result result = session.run(inputs, name)) {
            OnnxTensor output = (OnnxTensor) result.get(0);
            DoubleSummaryStatistics numbers = new DoubleSummaryStatistics(); // NaN where there is one
            FloatBuffer values = output.getFloatBuffer();
            while (values.hasRemaining()) {
                numbers.accept(values.get());
            }
            long[] shape = output.getInfo().getShape(), required = {work.steps(), work.batch(), (long) work.directions() * work.hidden()};
            if (!Arrays.equals(shape, required) || !Double.isFinite(numbers.getSum()) || numbers.getMin() == numbers.getMax()) {
                throw new IllegalStateException("ONNX Runtime: the output is " + Arrays.toString(shape) + " of " + numbers.getMin() + " to " + numbers.getMax() + "; " + Arrays.toString(required)
                        + " with finite numbers that differ is required");
            }
        }
    }
}
