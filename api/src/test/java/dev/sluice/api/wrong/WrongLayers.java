package dev.sluice.api.wrong;

import dev.sluice.api.Direction;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Memory;
import dev.sluice.api.StepwiseLSTM;
import dev.sluice.api.conformance.ReferenceBackend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Fused recurrences with a fault. */
final class WrongLayers {
    private WrongLayers() {}

    /** A recurrence that does as another does, for faults to be put in. */
    private static class Copying implements LSTMKernel.Prepared {
        final LSTMKernel.Prepared right;

        Copying(LSTMKernel.Prepared right) {
            this.right = right;
        }

        @Override
        public void infer(LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last) {
            right.infer(steps, x, first, y, last);
        }

        @Override
        public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
            right.forward(steps, pass, last);
        }

        @Override
        public void backward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
            right.backward(steps, pass, given, wanted);
        }

        @Override
        public Matrix cells(Matrix saved) {
            return right.cells(saved);
        }

        @Override
        public void close() {
            right.close();
        }
    }

    /** Weights are prepared once for each place in memory, whatever becomes of them. */
    static class KeepsStaleWeights extends ReferenceBackend {
        private final Map<Memory.Block, LSTMKernel.Prepared> prepared = new HashMap<>();

        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(prepared.computeIfAbsent(weights.inputHidden().block(), _ -> super.lstm().prepare(weights))) {
                @Override
                public void close() {
                    // kept
                }
            };
        }
    }

    /** Runs on as if every sequence were as long as the longest: right while they last, but their states go on moving. */
    static class MovesStatesOfEndedSequences extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                @Override
                public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
                    super.forward(steps, pass, last);
                    if (steps.direction() == Direction.FORWARD) {
                        padded(right, steps, pass.x(), pass.first(), last);
                    }
                }
            };
        }
    }

    /** Starts the reverse direction at the end of the longest sequence, through the padding of the others. */
    static class StartsAtThePaddedEnd extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                @Override
                public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
                    super.forward(steps, pass, last);
                    if (steps.direction() == Direction.REVERSE) {
                        Matrix y = padded(right, steps, pass.x(), pass.first(), last);
                        int[] sizes = steps.batchSizes();
                        for (int t = 0, row = 0; t < sizes.length; row += sizes[t], t++) {
                            pass.y().rows(row, sizes[t]).copyFrom(y.rows(t * steps.batch(), sizes[t]));
                        }
                    }
                }
            };
        }
    }

    /** The output when every sequence is filled up with zeros to the length of the longest. */
    private static Matrix padded(LSTMKernel.Prepared lstm, LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, LSTMKernel.States last) {
        int batch = steps.batch();
        int rows = batch * steps.count();
        Matrix paddedX = new Matrix(Memory.take(4L * rows * x.columns()), 0, rows, x.columns(), x.columns());
        paddedX.fill(0f);
        int[] sizes = steps.batchSizes();
        for (int t = 0, row = 0; t < sizes.length; row += sizes[t], t++) {
            paddedX.rows(t * batch, sizes[t]).copyFrom(x.rows(row, sizes[t]));
        }
        int width = first.h().columns();
        Matrix y = new Matrix(Memory.take(4L * rows * width), 0, rows, width, width);
        int[] full = sizes.clone();
        Arrays.fill(full, batch);
        lstm.infer(new LSTMKernel.Steps(full, steps.direction()), paddedX, first, y, last);
        return y;
    }

    /** Inference by another recipe than training. */
    static class InfersWithoutFirstStates extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(new StepwiseLSTM(this).prepare(weights)) {
                @Override
                public void infer(LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last) {
                    Matrix zeros = new Matrix(Memory.take(4L * first.h().rows() * first.h().columns()), 0, first.h().rows(), first.h().columns(), first.h().columns());
                    zeros.fill(0f);
                    super.infer(steps, x, new LSTMKernel.States(zeros, zeros), y, last);
                }
            };
        }
    }

    /** Uses up what forward saved, so that a second backward finds something else. */
    static class UsesUpWhatWasSaved extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                @Override
                public void backward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
                    super.backward(steps, pass, given, wanted);
                    pass.saved().fill(0f);
                }
            };
        }
    }

    /** Backward goes by what the last forward left, whosever it was. */
    static class RemembersOnlyTheLastForward extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                private Matrix saved;

                @Override
                public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
                    super.forward(steps, pass, last);
                    saved = pass.saved();
                }

                @Override
                public void backward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
                    super.backward(steps, new LSTMKernel.Pass(pass.x(), pass.first(), pass.y(), saved), given, wanted);
                }
            };
        }
    }

    /** Nobody has ever asked for a cell state but the last, it thinks. */
    static class ForgetsTheGradientOfCells extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                @Override
                public void backward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
                    super.backward(steps, pass, new LSTMKernel.OutputGradients(given.y(), null, given.last()), wanted);
                }
            };
        }
    }

    /** Shows the cells of its own making before the forget gate had its say: the input gates, by mistake. */
    static class ShowsGatesAsCells extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                @Override
                public Matrix cells(Matrix saved) {
                    return saved.columns(0, weights.hiddenSize());
                }
            };
        }
    }

    /** After a call that fails it is good for nothing. */
    static class BreaksOnFailure extends ReferenceBackend {
        @Override
        public LSTMKernel lstm() {
            return weights -> new Copying(super.lstm().prepare(weights)) {
                private boolean running;

                @Override
                public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
                    if (running) {
                        return;
                    }
                    running = true;
                    super.forward(steps, pass, last);
                    running = false;
                }
            };
        }
    }
}
