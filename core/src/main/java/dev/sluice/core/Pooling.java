package dev.sluice.core;

import dev.sluice.api.Matrix;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Operation;
import dev.sluice.api.tensor.Tensor;
import java.util.List;

/**
 * All steps of each sequence made one row, as one operation. A row's bits depend on its own sequence only: they are those of the sequence alone.
 *
 * @param rows [packed rows, size]
 * @param chosen for each element of the result, the packed row it was taken from; null where it is the mean of all
 */
record Pooling(Tensor rows, Packing packing, int[] chosen) implements Operation {
    /** The mean of each column, summed in double in the order of the steps: what {@code mean(0)} gives of the sequence alone. */
    static Tensor mean(Tensor rows, Packing packing) {
        Tensor result = Tensor.empty(rows.shape().with(0, packing.batch()));
        Matrix x = rows.matrix(), y = result.matrixToWrite();
        int[] lengths = packing.lengths();
        for (int i = 0; i < y.rows(); i++) {
            double[] sums = new double[x.columns()];
            for (int t = 0; t < lengths[i]; t++) {
                int row = packing.row(i, t);
                for (int c = 0; c < sums.length; c++) {
                    sums[c] += x.get(row, c);
                }
            }
            for (int c = 0; c < sums.length; c++) {
                y.set(i, c, (float) sums[c] / lengths[i]);
            }
        }
        Gradients.record(new Pooling(rows, packing, null), result);
        return result;
    }

    /** The largest of each column, the first among equals. NaN counts as larger than any number. */
    static Tensor max(Tensor rows, Packing packing) {
        Tensor result = Tensor.empty(rows.shape().with(0, packing.batch()));
        Matrix x = rows.matrix(), y = result.matrixToWrite();
        int[] lengths = packing.lengths();
        int[] chosen = new int[result.shape().elements()];
        for (int i = 0; i < y.rows(); i++) {
            for (int c = 0; c < y.columns(); c++) {
                int best = packing.row(i, 0);
                for (int t = 1; t < lengths[i]; t++) {
                    int row = packing.row(i, t);
                    if (x.get(row, c) > x.get(best, c) || Float.isNaN(x.get(row, c)) && !Float.isNaN(x.get(best, c))) {
                        best = row;
                    }
                }
                chosen[i * y.columns() + c] = best;
                y.set(i, c, x.get(best, c));
            }
        }
        Gradients.record(new Pooling(rows, packing, chosen), result);
        return result;
    }

    @Override
    public String name() {
        return chosen == null ? "PackedMean" : "PackedMax";
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(rows);
    }

    @Override
    public Tensor[] backward(Tensor[] gradients) {
        Tensor dRows = Tensor.zeros(rows.shape().sizes());
        Matrix g = gradients[0].matrix(), d = dRows.matrixToWrite();
        int[] lengths = packing.lengths();
        for (int i = 0; i < g.rows(); i++) {
            for (int c = 0; c < g.columns(); c++) {
                if (chosen != null) {
                    d.set(chosen[i * g.columns() + c], c, g.get(i, c));
                } else {
                    float share = g.get(i, c) / lengths[i];
                    for (int t = 0; t < lengths[i]; t++) {
                        d.set(packing.row(i, t), c, share);
                    }
                }
            }
        }
        return new Tensor[] {dRows};
    }
}
