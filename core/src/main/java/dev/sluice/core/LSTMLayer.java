package dev.sluice.core;

import dev.sluice.api.Backend;
import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * One layer over all steps of a packed batch, as one differentiable operation: its directions write their halves of the output.
 */
final class LSTMLayer implements Operation {
    /** Multiply-adds of a direction for which a second thread is worth its start. */
    private static final long WORTH_A_THREAD = 200_000;

    private final Backend backend;
    private final List<LSTMParameters> directions;
    private final int[] batchSizes;
    private final Tensor x; // [rows, input]
    private final LSTMState first; // [directions, batch, hidden] each
    private final Tensor y; // [rows, directions · hidden]
    private final LSTMState last; // [directions, batch, hidden] each
    private final List<Tensor> activations = new ArrayList<>(); // of each direction, what its kernel leaves for the way back
    private final int hidden;

    private LSTMLayer(Backend backend, List<LSTMParameters> directions, int[] batchSizes, Tensor x, LSTMState first) {
        this.backend = backend;
        this.directions = directions;
        this.batchSizes = batchSizes;
        this.x = x;
        this.first = first;
        hidden = directions.getFirst().hiddenSize();
        y = Tensor.empty(Shape.of(x.size(0), directions.size() * hidden));
        last = new LSTMState(Tensor.empty(first.h().shape()), Tensor.empty(first.c().shape()));
    }

    /**
     * Runs the layer.
     *
     * @param directions one or two
     * @param x [rows, input]
     * @param first [directions, batch, hidden] each, in sorted order
     * @return the output [rows, directions · hidden] and the last states, like the first
     */
    static LSTMResult<Tensor> run(Backend backend, List<LSTMParameters> directions, int[] batchSizes, Tensor x, LSTMState first) {
        LSTMLayer layer = new LSTMLayer(backend, directions, batchSizes, x, first);
        layer.forward();
        return new LSTMResult<>(layer.y, layer.last);
    }

    private void forward() {
        boolean recorded = Gradients.wanted(inputs());
        for (int d = 0; recorded && d < directions.size(); d++) {
            activations.add(Tensor.empty(Shape.of(x.size(0), backend.lstm().savedWidth(hidden))));
        }
        Matrix output = y.matrixToWrite();
        Matrix lastH = last.h().matrixToWrite();
        Matrix lastC = last.c().matrixToWrite();
        eachDirection(d -> {
            LSTMKernel.States end = new LSTMKernel.States(of(d, lastH), of(d, lastC));
            try (LSTMParameters.Use weights = directions.get(d).use(backend.lstm())) {
                if (recorded) {
                    weights.prepared().forward(steps(d), pass(d), end);
                } else {
                    weights.prepared().infer(steps(d), x.matrix(), states(d, first), half(d, output), end);
                }
            }
        });
        Gradients.record(this, y, last.h(), last.c());
    }

    /**
     * The directions side by side where there is a thread for each and no more, and enough to do; otherwise one after the other, and each is shared
     * out over all threads.
     */
    private void eachDirection(IntConsumer task) {
        Workers workers = backend.workers();
        int count = directions.size();
        long work = (long) x.size(0) * 4 * hidden * (x.size(1) + hidden);
        boolean sideBySide = count > 1 && workers.threads() <= count && workers.threadsFor(count * work, WORTH_A_THREAD) == count;
        workers.divide(count, sideBySide ? count : 1, (from, to) -> IntStream.range(from, to).forEach(task));
    }

    @Override
    public String name() {
        return "LSTM";
    }

    @Override
    public List<Tensor> inputs() {
        List<Tensor> inputs = new ArrayList<>(List.of(x, first.h(), first.c()));
        directions.forEach(direction -> inputs.addAll(direction.tensors()));
        return inputs;
    }

    @Override
    public List<Tensor> saved() {
        List<Tensor> saved = inputs();
        saved.add(y);
        return saved;
    }

    @Override
    public Tensor[] backward(Tensor[] gradients) {
        Tensor dy = gradients[0] != null ? gradients[0] : zerosLike(y);
        LSTMState dLast = new LSTMState(gradients[1] != null ? gradients[1] : zerosLike(last.h()), gradients[2] != null ? gradients[2] : zerosLike(last.c()));
        boolean wantsFirst = first.h().requiresGrad() || first.c().requiresGrad();
        LSTMState dFirst = wantsFirst ? new LSTMState(Tensor.empty(first.h().shape()), Tensor.empty(first.c().shape())) : null;
        List<Tensor> dX = new ArrayList<>();
        List<List<Tensor>> dParameters = new ArrayList<>();
        for (LSTMParameters direction : directions) {
            dX.add(x.requiresGrad() ? Tensor.empty(x.shape()) : null);
            // W_ih, W_hh and, where there are biases, the gradient that both of them have
            dParameters.add(direction.tensors().stream().limit(3).map(tensor -> Tensor.empty(tensor.shape())).toList());
        }
        eachDirection(d -> {
            LSTMKernel.OutputGradients given = new LSTMKernel.OutputGradients(half(d, dy.matrix()), states(d, dLast));
            try (LSTMParameters.Use weights = directions.get(d).use(backend.lstm())) {
                weights.prepared().backward(steps(d), pass(d), given, wanted(d, dX.get(d), dFirst, dParameters.get(d)));
            }
        });
        List<Tensor> results = new ArrayList<>();
        results.add(!x.requiresGrad() ? null : directions.size() == 1 ? dX.getFirst() : dX.get(0).add(dX.get(1)));
        results.add(wantsFirst ? dFirst.h() : null);
        results.add(wantsFirst ? dFirst.c() : null);
        for (int d = 0; d < directions.size(); d++) {
            results.addAll(dParameters.get(d));
            if (directions.get(d).hasBias()) {
                results.add(dParameters.get(d).get(2));
            }
        }
        return results.toArray(Tensor[]::new);
    }

    @Override
    public void release() {
        activations.forEach(Tensor::recycle);
    }

    private LSTMKernel.InputGradients wanted(int d, Tensor dX, LSTMState dFirst, List<Tensor> dParameters) {
        LSTMKernel.States dStates = dFirst == null ? null : new LSTMKernel.States(of(d, dFirst.h().matrixToWrite()), of(d, dFirst.c().matrixToWrite()));
        return new LSTMKernel.InputGradients(dX == null ? null : dX.matrixToWrite(), dStates, dParameters.get(0).matrixToWrite(),
                dParameters.get(1).matrixToWrite(), dParameters.size() == 2 ? null : dParameters.get(2).matrixToWrite());
    }

    private LSTMKernel.Steps steps(int d) {
        return new LSTMKernel.Steps(batchSizes, d == 0 ? Direction.FORWARD : Direction.REVERSE);
    }

    private LSTMKernel.Pass pass(int d) {
        return new LSTMKernel.Pass(x.matrix(), states(d, first), half(d, y.matrix()), activations.get(d).matrix());
    }

    /** The columns of a direction in [rows, directions · hidden]. */
    private Matrix half(int d, Matrix both) {
        return both.columns(d * hidden, hidden);
    }

    private LSTMKernel.States states(int d, LSTMState states) {
        return new LSTMKernel.States(of(d, states.h().matrix()), of(d, states.c().matrix()));
    }

    /** The rows of a direction in [directions · batch, hidden]. */
    private Matrix of(int d, Matrix both) {
        int batch = both.rows() / directions.size();
        return both.rows(d * batch, batch);
    }

    private static Tensor zerosLike(Tensor tensor) {
        return Tensor.zeros(tensor.shape().sizes());
    }
}
