package dev.sluice.api;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.api.Transpose.YES;

/**
 * The recurrence, step by step, from the kernels of any backend: the reference that fused kernels are compared with.
 *
 * <pre>
 * gates = (0 + b_ih) + b_hh, then + x_t·W_ihᵀ, then + h_{t−1}·W_hhᵀ
 * h_t, c_t = lstmCell(gates, c_{t−1})
 * h_t = 0 + h_t·W_hrᵀ                                              with a projection
 * </pre>
 * and backward, with dh starting from the gradient of y (plus that of the last state where the sequence ends), and dc from that of the last state, or what
 * the later step gives, plus that of the step's own cells:
 * <pre>
 * dh_t = dy_t + dgates_{t+1}·W_hh
 * dW_hr = dhᵀ·(o·tanh(c)),   dh_t = 0 + dh_t·W_hr                  with a projection
 * dgates_t, dc_{t−1} = lstmCellGradient(…)
 * dx = dgates·W_ih,   dW_ih = dgatesᵀ·x,   dW_hh = dgatesᵀ·h_{t−1},   db = sumRows(dgates)     over all rows in packed order
 * </pre>
 */
public final class StepwiseLSTM implements LSTMKernel {
    /** Rows whose input terms inference computes in one product: enough for it to be quick, few enough for their gates to take little memory. */
    private static final int ROWS = 512;

    private final Backend backend;

    public StepwiseLSTM(Backend backend) {
        this.backend = backend;
    }

    @Override
    public boolean takes(Weights weights) {
        return true;
    }

    /** The activated gates and the cell state; with a projection, also what is projected. */
    @Override
    public int savedWidth(Weights weights) {
        return (weights.projection() == null ? 5 : 6) * weights.hiddenSize();
    }

    @Override
    public Prepared prepare(Weights weights) {
        return new Stepwise(weights);
    }

    private final class Stepwise implements Prepared {
        private final Weights weights;
        private final int hidden;
        private final int outputs;
        private final PreparedMatrix input; // [I, 4H]
        private final PreparedMatrix recurrent; // [R, 4H]
        private final PreparedMatrix back; // [4H, R]
        private final PreparedMatrix projection; // [H, P], or null
        private final PreparedMatrix projectionBack; // [P, H], or null
        private final Scratch scratch;
        private final Matrix bias; // [1, 4H]

        Stepwise(Weights weights) {
            this.weights = weights;
            hidden = weights.hiddenSize();
            outputs = weights.outputSize();
            input = backend.prepare(weights.inputHidden(), YES);
            recurrent = backend.prepare(weights.hiddenHidden(), YES);
            back = backend.prepare(weights.hiddenHidden(), NO);
            projection = weights.projection() == null ? null : backend.prepare(weights.projection(), YES);
            projectionBack = weights.projection() == null ? null : backend.prepare(weights.projection(), NO);
            scratch = new Scratch(4L * hidden);
            bias = scratch.matrix(1, 4 * hidden);
            bias.fill(0f);
            if (weights.inputBias() != null) {
                backend.addRow(weights.inputBias(), bias);
                backend.addRow(weights.hiddenBias(), bias);
            }
        }

        /** The gates of all rows, activated. */
        private Matrix gates(Pass pass) {
            return pass.saved().columns(0, 4 * hidden); // [N, 4H]
        }

        @Override
        public Matrix cells(Matrix saved) {
            return saved.columns(4 * hidden, hidden); // [N, H]
        }

        /** h before its projection; without one, {@code y}. */
        private Matrix unprojected(Matrix saved, Matrix y) {
            return projection == null ? y : saved.columns(5 * hidden, hidden); // [N, H]
        }

        @Override
        public void close() {
            input.close();
            recurrent.close();
            back.close();
            if (projection != null) {
                projection.close();
                projectionBack.close();
            }
            scratch.close();
        }

        @Override
        public void infer(Steps steps, Matrix x, States first, Matrix y, States last) {
            int batch = steps.batch();
            int block = Math.max(batch, Math.min(ROWS, x.rows()));
            try (Scratch scratch = new Scratch((4L * block + 3L * batch) * hidden)) {
                Matrix gates = scratch.matrix(block, 4 * hidden);
                Matrix[] cells = {scratch.matrix(batch, hidden), scratch.matrix(batch, hidden)};
                Matrix unprojected = projection == null ? null : scratch.matrix(batch, hidden);
                int from = 0, to = 0; // the rows of x whose input terms are in gates
                for (Sweep step = Sweep.forward(steps); step.next(); ) {
                    int end = step.row() + step.live();
                    if (step.row() < from || end > to) {
                        from = steps.direction() == Direction.FORWARD ? step.row() : Math.max(0, end - block);
                        to = Math.min(x.rows(), from + block);
                        inputTerms(x.rows(from, to - from), gates.rows(0, to - from));
                    }
                    Matrix h = y.rows(step.row(), step.live());
                    step(step, first, y, gates.rows(step.row() - from, step.live()), cells[(step.t() + 1) % 2], cells[step.t() % 2].rows(0, step.live()),
                            projection == null ? h : unprojected.rows(0, step.live()), last);
                }
            }
        }

        @Override
        public void forward(Steps steps, Pass pass, States last) {
            Matrix gates = gates(pass);
            Matrix cells = cells(pass.saved());
            Matrix unprojected = unprojected(pass.saved(), pass.y());
            inputTerms(pass.x(), gates);
            for (Sweep step = Sweep.forward(steps); step.next(); ) {
                Matrix before = step.carried() > 0 ? cells.rows(step.previousRow(), step.carried()) : cells;
                step(step, pass.first(), pass.y(), gates.rows(step.row(), step.live()), before, cells.rows(step.row(), step.live()),
                        unprojected.rows(step.row(), step.live()), last);
            }
        }

        /** gates = bias + x·W_ihᵀ. */
        private void inputTerms(Matrix x, Matrix gates) {
            for (int r = 0; r < gates.rows(); r++) {
                gates.rows(r, 1).copyFrom(bias);
            }
            input.multiply(x, 1f, gates);
        }

        /** The recurrent half of one step; {@code before} begins with the cells of the rows carried over. */
        private void step(Sweep step, States first, Matrix y, Matrix gates, Matrix before, Matrix cells, Matrix unprojected, States last) {
            if (step.carried() > 0) {
                cell(gates.rows(0, step.carried()), y.rows(step.previousRow(), step.carried()), before.rows(0, step.carried()),
                        cells.rows(0, step.carried()), unprojected.rows(0, step.carried()));
            }
            int starting = step.live() - step.carried();
            if (starting > 0) {
                int from = step.carried();
                cell(gates.rows(from, starting), first.h().rows(from, starting), first.c().rows(from, starting),
                        cells.rows(from, starting), unprojected.rows(from, starting));
            }
            Matrix h = y.rows(step.row(), step.live());
            if (projection != null && step.live() > 0) {
                projection.multiply(unprojected, 0f, h);
            }
            int ending = step.live() - step.continuing();
            if (ending > 0) {
                last.h().rows(step.continuing(), ending).copyFrom(h.rows(step.continuing(), ending));
                last.c().rows(step.continuing(), ending).copyFrom(cells.rows(step.continuing(), ending));
            }
        }

        private void cell(Matrix gates, Matrix h, Matrix c, Matrix nextC, Matrix nextH) {
            recurrent.multiply(h, 1f, gates);
            backend.lstmCell(gates, c, nextC, nextH);
        }

        @Override
        public void backward(Steps steps, Pass pass, OutputGradients given, InputGradients wanted) {
            int rows = steps.rows();
            int batch = steps.batch();
            try (Scratch scratch = new Scratch((5L * rows + 2L * batch) * hidden + (projection == null ? 0 : (long) rows * outputs + (long) batch * hidden))) {
                Matrix dGates = scratch.matrix(rows, 4 * hidden);
                Matrix hiddenBefore = scratch.matrix(rows, outputs);
                Matrix dh = scratch.matrix(batch, outputs);
                Matrix dc = scratch.matrix(batch, hidden);
                Matrix dProjected = projection == null ? null : scratch.matrix(rows, outputs);
                Matrix dUnprojected = projection == null ? dh : scratch.matrix(batch, hidden);
                for (Sweep step = Sweep.backward(steps); step.next(); ) {
                    gradientOfStates(step, given, dGates, dh, dc);
                    if (projection != null && step.live() > 0) {
                        dProjected.rows(step.row(), step.live()).copyFrom(dh.rows(0, step.live()));
                        projectionBack.multiply(dh.rows(0, step.live()), 0f, dUnprojected.rows(0, step.live()));
                    }
                    gradientOfGates(step, pass, dUnprojected, dc, dGates);
                    gradientOfFirst(step, dGates, dc, wanted.first());
                    copyHiddenBefore(step, pass, hiddenBefore);
                }
                backend.gemm(dGates, YES, pass.x(), NO, 0f, wanted.inputHidden());
                backend.gemm(dGates, YES, hiddenBefore, NO, 0f, wanted.hiddenHidden());
                if (projection != null) {
                    backend.gemm(dProjected, YES, unprojected(pass.saved(), pass.y()), NO, 0f, wanted.projection());
                }
                if (wanted.bias() != null) {
                    backend.sumRows(dGates, 0f, wanted.bias());
                }
                if (wanted.x() != null) {
                    backend.gemm(dGates, NO, weights.inputHidden(), NO, 0f, wanted.x());
                }
            }
        }

        /** dh = dy, + the last state's where a sequence ends, + dgates·W_hh of the following step where it goes on; dc likewise. */
        private void gradientOfStates(Sweep step, OutputGradients given, Matrix dGates, Matrix dh, Matrix dc) {
            dh.rows(0, step.live()).copyFrom(given.y().rows(step.row(), step.live()));
            int ending = step.live() - step.continuing();
            if (ending > 0) {
                backend.axpy(1f, given.last().h().rows(step.continuing(), ending), dh.rows(step.continuing(), ending));
                dc.rows(step.continuing(), ending).copyFrom(given.last().c().rows(step.continuing(), ending));
            }
            if (step.continuing() > 0) {
                back.multiply(dGates.rows(step.nextRow(), step.continuing()), 1f, dh.rows(0, step.continuing()));
            }
            if (given.cells() != null && step.live() > 0) {
                backend.axpy(1f, given.cells().rows(step.row(), step.live()), dc.rows(0, step.live()));
            }
        }

        private void gradientOfGates(Sweep step, Pass pass, Matrix dh, Matrix dc, Matrix dGates) {
            Matrix cells = cells(pass.saved());
            if (step.carried() > 0) {
                gradientOfCell(step, 0, step.carried(), pass, cells.rows(step.previousRow(), step.carried()), dh, dc, dGates);
            }
            int starting = step.live() - step.carried();
            if (starting > 0) {
                gradientOfCell(step, step.carried(), starting, pass, pass.first().c().rows(step.carried(), starting), dh, dc, dGates);
            }
        }

        private void gradientOfCell(Sweep step, int from, int count, Pass pass, Matrix c, Matrix dh, Matrix dc, Matrix dGates) {
            int row = step.row() + from;
            backend.lstmCellGradient(gates(pass).rows(row, count), c, cells(pass.saved()).rows(row, count), dh.rows(from, count),
                    dc.rows(from, count), dGates.rows(row, count));
        }

        private void gradientOfFirst(Sweep step, Matrix dGates, Matrix dc, States dFirst) {
            int from = step.carried();
            int starting = step.live() - from;
            if (dFirst != null && starting > 0) {
                dFirst.c().rows(from, starting).copyFrom(dc.rows(from, starting));
                back.multiply(dGates.rows(step.row() + from, starting), 0f, dFirst.h().rows(from, starting));
            }
        }

        private void copyHiddenBefore(Sweep step, Pass pass, Matrix hiddenBefore) {
            if (step.carried() > 0) {
                hiddenBefore.rows(step.row(), step.carried()).copyFrom(pass.y().rows(step.previousRow(), step.carried()));
            }
            int starting = step.live() - step.carried();
            if (starting > 0) {
                hiddenBefore.rows(step.row() + step.carried(), starting).copyFrom(pass.first().h().rows(step.carried(), starting));
            }
        }
    }
}
