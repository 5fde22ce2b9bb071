package dev.sluice.api;

/**
 * A walk over the steps of a packed batch, in the direction in which a layer reads them or back, and where each step's rows are.
 *
 * <p>The live rows of a step are the first of all sequences. Some of them are <i>carried</i> over from the step that the layer read before; the
 * others start here. Some <i>continue</i> in the step that it reads next; the others end here.
 *
 * <pre>{@code
 * for (Sweep step = Sweep.forward(steps); step.next(); ) {
 *     Matrix x_t = x.rows(step.row(), step.live());
 * }
 * }</pre>
 */
public final class Sweep {
    private final int[] batchSizes;
    private final int stride;
    private final int way;
    private int t;
    private int row;
    private int live;
    private int carried;
    private int previousRow;
    private int continuing;
    private int nextRow;

    private Sweep(LSTMKernel.Steps steps, int way) {
        batchSizes = steps.batchSizes();
        stride = steps.direction() == Direction.FORWARD ? 1 : -1;
        this.way = way;
        boolean up = stride * way > 0;
        t = up ? -1 : batchSizes.length;
        row = up ? 0 : steps.rows();
    }

    /** Before the step that the layer reads first. */
    public static Sweep forward(LSTMKernel.Steps steps) {
        return new Sweep(steps, 1);
    }

    /** Behind the step that the layer reads last, for the way back. */
    public static Sweep backward(LSTMKernel.Steps steps) {
        return new Sweep(steps, -1);
    }

    /** Goes to the next step of the walk; false when there is none. */
    public boolean next() {
        int step = t + stride * way;
        if (step < 0 || step >= batchSizes.length) {
            return false;
        }
        row += step > t ? live : -batchSizes[step];
        t = step;
        live = batchSizes[t];
        carried = Math.min(live, live(t - stride));
        previousRow = rowOf(t - stride);
        continuing = Math.min(live, live(t + stride));
        nextRow = rowOf(t + stride);
        return true;
    }

    private int live(int step) {
        return step < 0 || step >= batchSizes.length ? 0 : batchSizes[step];
    }

    /** The first row of a neighbour of this step. */
    private int rowOf(int neighbour) {
        return neighbour < t ? row - live(neighbour) : row + live;
    }

    /** The step, counted as packed. */
    public int t() {
        return t;
    }

    /** The packed row at which the step begins. */
    public int row() {
        return row;
    }

    /** How many rows the step has. */
    public int live() {
        return live;
    }

    /** How many of them go on from the step before; the others start from the first state. */
    public int carried() {
        return carried;
    }

    /** Where the step before begins. */
    public int previousRow() {
        return previousRow;
    }

    /** How many of them go on to the step after; the others end here. */
    public int continuing() {
        return continuing;
    }

    /** Where the step after begins. */
    public int nextRow() {
        return nextRow;
    }
}
