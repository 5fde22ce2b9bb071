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
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    private final LSTMState first; // [directions, batch, output] and [directions, batch, hidden]
    private final Tensor y; // [rows, directions · output]
    private final LSTMState last; // like the first
    private final Tensor cells; // [rows, directions · hidden], or null
    private final List<Tensor> activations = new ArrayList<>(); // of each direction, what its kernel leaves for the way back
    private final int hidden;
    private final int width; // of each direction's output

    private LSTMLayer(Backend backend, List<LSTMParameters> directions, int[] batchSizes, Tensor x, LSTMState first, Cells wanted) {
        this.backend = backend;
        this.directions = directions;
        this.batchSizes = batchSizes;
        this.x = x;
        this.first = first;
        width = first.h().size(2);
        hidden = first.c().size(2);
        y = Tensor.empty(Shape.of(x.size(0), directions.size() * width));
        last = new LSTMState(Tensor.empty(first.h().shape()), Tensor.empty(first.c().shape()));
        cells = wanted == Cells.LAST ? null : Tensor.empty(Shape.of(x.size(0), directions.size() * hidden));
    }

    /** Which cell states are wanted. */
    enum Cells {
        /** Those after the last step of each sequence. */
        LAST,
        /** Those of every step, too. */
        ALL
    }

    /**
     * Runs the layer.
     *
     * @param directions one or two
     * @param x [rows, input]
     * @param first [directions, batch, output] and [directions, batch, hidden], in sorted order
     */
    static LSTMLayer run(Backend backend, List<LSTMParameters> directions, int[] batchSizes, Tensor x, LSTMState first, Cells wanted) {
        LSTMLayer layer = new LSTMLayer(backend, directions, batchSizes, x, first, wanted);
        layer.forward();
        return layer;
    }

    /** [rows, directions · output] */
    Tensor output() {
        return y;
    }

    /** The states after the last steps, like the first. */
    LSTMState last() {
        return last;
    }

    /** [rows, directions · hidden], if all of them were wanted. */
    Tensor cells() {
        return cells;
    }

    private void forward() {
        boolean recorded = Gradients.wanted(inputs());
        if (recorded || cells != null) {
            for (LSTMParameters direction : directions) {
                activations.add(Tensor.empty(Shape.of(x.size(0), backend.lstm().savedWidth(direction.weights()))));
            }
        }
        Matrix output = y.matrixToWrite();
        Matrix lastH = last.h().matrixToWrite();
        Matrix lastC = last.c().matrixToWrite();
        Matrix allCells = cells == null ? null : cells.matrixToWrite();
        eachDirection(d -> {
            LSTMKernel.States end = new LSTMKernel.States(of(d, lastH), of(d, lastC));
            try (LSTMParameters.Use weights = directions.get(d).use(backend.lstm())) {
                if (activations.isEmpty()) {
                    weights.prepared().infer(steps(d), x.matrix(), states(d, first), half(d, output), end);
                } else {
                    weights.prepared().forward(steps(d), pass(d), end);
                }
                if (cells != null) {
                    half(d, allCells).copyFrom(weights.prepared().cells(activations.get(d).matrix()));
                }
            }
        });
        if (!recorded) {
            release();
        } else if (cells == null) {
            Gradients.record(this, y, last.h(), last.c());
        } else {
            Gradients.record(this, y, last.h(), last.c(), cells);
        }
    }

    /**
     * The directions side by side where there is a thread for each and no more, and enough to do; otherwise one after the other, and each is shared
     * out over all threads.
     */
    private void eachDirection(IntConsumer task) {
        Workers workers = backend.workers();
        int count = directions.size();
        long work = (long) x.size(0) * 4 * hidden * (x.size(1) + width);
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
        Matrix dCells = cells != null && gradients[3] != null ? gradients[3].matrix() : null;
        List<Wanted> wanted = directions.stream().map(direction -> Wanted.from(direction, x)).toList();
        eachDirection(d -> {
            LSTMKernel.OutputGradients given = new LSTMKernel.OutputGradients(half(d, dy.matrix()), dCells == null ? null : half(d, dCells), states(d, dLast));
            LSTMKernel.States dStates = dFirst == null ? null : new LSTMKernel.States(of(d, dFirst.h().matrixToWrite()), of(d, dFirst.c().matrixToWrite()));
            try (LSTMParameters.Use weights = directions.get(d).use(backend.lstm())) {
                weights.prepared().backward(steps(d), pass(d), given, wanted.get(d).matrices(dStates));
            }
        });
        List<Tensor> results = new ArrayList<>();
        results.add(!x.requiresGrad() ? null : directions.size() == 1 ? wanted.getFirst().x : wanted.getFirst().x.add(wanted.getLast().x));
        results.add(wantsFirst ? dFirst.h() : null);
        results.add(wantsFirst ? dFirst.c() : null);
        wanted.forEach(direction -> results.addAll(direction.ofParameters()));
        return results.toArray(Tensor[]::new);
    }

    /** The gradients of one direction, to be computed; null where there is nothing they are the gradient of. Both biases have the same. */
    private record Wanted(Tensor x, Tensor inputHidden, Tensor hiddenHidden, Tensor bias, Tensor projection) {
        static Wanted from(LSTMParameters parameters, Tensor x) {
            return new Wanted(x.requiresGrad() ? like(x) : null, like(parameters.inputHidden), like(parameters.hiddenHidden), like(parameters.inputBias), like(parameters.projection));
        }

        private static Tensor like(Tensor tensor) {
            return tensor == null ? null : Tensor.empty(tensor.shape());
        }

        LSTMKernel.InputGradients matrices(LSTMKernel.States first) {
            return new LSTMKernel.InputGradients(matrix(x), first, matrix(inputHidden), matrix(hiddenHidden), matrix(bias), matrix(projection));
        }

        private static Matrix matrix(Tensor tensor) {
            return tensor == null ? null : tensor.matrixToWrite();
        }

        List<Tensor> ofParameters() {
            return Stream.of(inputHidden, hiddenHidden, bias, bias, projection).filter(Objects::nonNull).toList();
        }
    }

    @Override
    public void release() {
        activations.forEach(Tensor::recycle);
    }

    private LSTMKernel.Steps steps(int d) {
        return new LSTMKernel.Steps(batchSizes, d == 0 ? Direction.FORWARD : Direction.REVERSE);
    }

    private LSTMKernel.Pass pass(int d) {
        return new LSTMKernel.Pass(x.matrix(), states(d, first), half(d, y.matrix()), activations.get(d).matrix());
    }

    /** The columns of a direction in [rows, directions · output] or [rows, directions · hidden]. */
    private Matrix half(int d, Matrix both) {
        int columns = both.columns() / directions.size();
        return both.columns(d * columns, columns);
    }

    private LSTMKernel.States states(int d, LSTMState states) {
        return new LSTMKernel.States(of(d, states.h().matrix()), of(d, states.c().matrix()));
    }

    /** The rows of a direction in [directions · batch, output] or [directions · batch, hidden]. */
    private Matrix of(int d, Matrix both) {
        int batch = both.rows() / directions.size();
        return both.rows(d * batch, batch);
    }

    private static Tensor zerosLike(Tensor tensor) {
        return Tensor.zeros(tensor.shape().sizes());
    }
}
