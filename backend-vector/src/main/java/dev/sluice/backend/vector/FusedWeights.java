package dev.sluice.backend.vector;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.backend.vector.Lanes.PANEL;

import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Workers;

/** The weights of one direction of one layer, rearranged, and the ways over a packed batch with them. */
final class FusedWeights implements LSTMKernel.Prepared {
    /** Numbers to move for which another thread is worth its start. */
    private static final int WORTH_A_THREAD = 50_000;

    /** Rows on the way back for which W_hh is worth rearranging. */
    private static final int FEW_ROWS = 16;

    final LSTMKernel.Weights weights;
    final Workers workers;
    final Units units;
    final Panels bias; // [1, gates]
    private final Scratch biasScratch;
    private boolean called;
    private volatile Both rearranged; // or null
    private Scratch scratch;
    private int turn;
    private Panels back; // W_hh as it is, [4H, H]
    private Scratch backScratch;

    /** W_ih [I, gates] and W_hh [H, gates]. */
    record Both(Panels input, Panels recurrent) {}

    FusedWeights(LSTMKernel.Weights weights, Workers workers) {
        this.weights = weights;
        this.workers = workers;
        units = new Units(weights.hiddenSize());
        int hidden = weights.hiddenSize();
        biasScratch = new Scratch(Gates.floats(1, units) + 4L * hidden);
        bias = Gates.panels(biasScratch, 1, units);
        Matrix sum = biasScratch.matrix(1, 4 * hidden);
        sum.fill(0f);
        if (weights.inputBias() != null) {
            Rows.add(weights.inputBias(), sum);
            Rows.add(weights.hiddenBias(), sum);
        }
        bias.fill(Gates.source(new Matrix(sum.block(), sum.offset(), 4 * hidden, 1, 1), units), 0, units.vectors());
    }

    /** Both, rearranged once for all; null if that is not worth it, because they are used in one step only and never were before. */
    Both rearranged(int steps) {
        if (rearranged != null) {
            return rearranged;
        }
        synchronized (this) {
            if (rearranged == null && (steps > 1 || called)) {
                rearranged = rearrange();
            }
            called = true;
            return rearranged;
        }
    }

    private Both rearrange() {
        int inputs = weights.inputSize(), hidden = weights.hiddenSize();
        scratch = new Scratch(Gates.floats(inputs + hidden, units));
        Both both = new Both(Gates.panels(scratch, inputs, units), Gates.panels(scratch, hidden, units));
        workers.split(units.vectors(), Math.ceilDiv(WORTH_A_THREAD, (inputs + hidden) * PANEL), (from, to) -> {
            both.input.fill(Gates.source(weights.inputHidden(), units), from, to);
            both.recurrent.fill(Gates.source(weights.hiddenHidden(), units), from, to);
        });
        return both;
    }

    /** Both, a block at a time, for one thread. Takes {@link #blockFloats} numbers of the scratch memory. */
    Both blocks(Scratch scratch) {
        return new Both(new Panels(scratch, weights.inputSize(), units.vectors() * PANEL, Gates.source(weights.inputHidden(), units)),
                new Panels(scratch, weights.hiddenSize(), units.vectors() * PANEL, Gates.source(weights.hiddenHidden(), units)));
    }

    static long blockFloats() {
        return 2 * Panels.blockFloats();
    }

    /** 0 and 1 in turn, so that of calls with one step each, too, one begins where the other ended. Two threads may get the same; it is a matter of speed. */
    int turn() {
        turn ^= 1;
        return turn;
    }

    /** W_hh for the way back over so many rows: rearranged when it is first worth that, else as it lies. */
    synchronized Panels back(int rows) {
        Matrix recurrence = weights.hiddenHidden();
        if (back == null && rows < FEW_ROWS && recurrence.columns() % PANEL == 0) {
            return new Panels(recurrence);
        }
        if (back == null) {
            backScratch = new Scratch(Panels.floats(recurrence.rows(), recurrence.columns()));
            Panels panels = new Panels(backScratch, recurrence.rows(), recurrence.columns());
            workers.split(panels.count(), Math.ceilDiv(WORTH_A_THREAD, recurrence.rows() * PANEL), (from, to) -> panels.fill(Panels.Source.of(recurrence, NO), from, to));
            back = panels;
        }
        return back;
    }

    @Override
    public void infer(LSTMKernel.Steps steps, Matrix x, LSTMKernel.States first, Matrix y, LSTMKernel.States last) {
        FusedForward.run(this, steps, x, first, y, last, null);
    }

    @Override
    public void forward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.States last) {
        FusedForward.run(this, steps, pass.x(), pass.first(), pass.y(), last, pass.saved());
    }

    @Override
    public void backward(LSTMKernel.Steps steps, LSTMKernel.Pass pass, LSTMKernel.OutputGradients given, LSTMKernel.InputGradients wanted) {
        FusedBackward.run(this, steps, pass, given, wanted);
    }

    @Override
    public Matrix cells(Matrix saved) {
        return saved.columns(4 * units.padded(), units.count());
    }

    @Override
    public synchronized void close() {
        biasScratch.close();
        if (scratch != null) {
            scratch.close();
        }
        if (backScratch != null) {
            backScratch.close();
        }
    }
}
