package dev.sluice.backend.scalar;

import static dev.sluice.api.Transpose.NO;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * C = A·B + β·C for some rows and columns of C, on arrays of the heap, because that is where the compiler vectorises a plain loop: B comes
 * over in panels of 128 × 256, a row of C is summed in an array, eight products at a time.
 *
 * <p>Each element is one chain of fused multiply-adds with k ascending, whatever the panels: a stored and reloaded float is the same float.
 */
final class Gemm {
    private static final int PANEL_ROWS = 128;
    private static final int PANEL_COLUMNS = 256;
    private static final int UNROLL = 8;

    private static final ConcurrentLinkedQueue<Gemm> IDLE = new ConcurrentLinkedQueue<>();

    private final float[][] panel = new float[PANEL_ROWS][PANEL_COLUMNS];
    private final float[] a = new float[PANEL_ROWS];
    private final float[] sums = new float[PANEL_COLUMNS];

    private Gemm() {}

    /** Computes rows {@code fromRow} to {@code toRow} of columns {@code fromColumn} to {@code toColumn} of C. */
    static void run(Product product, int fromRow, int toRow, int fromColumn, int toColumn) {
        Gemm idle = IDLE.poll();
        Gemm gemm = idle == null ? new Gemm() : idle;
        int depth = product.depth();
        for (int column = fromColumn; column < toColumn; column += PANEL_COLUMNS) {
            int columns = Math.min(PANEL_COLUMNS, toColumn - column);
            for (int k = 0; k == 0 || k < depth; k += PANEL_ROWS) {
                int terms = Math.min(PANEL_ROWS, depth - k);
                gemm.loadPanel(product, k, terms, column, columns);
                for (int row = fromRow; row < toRow; row++) {
                    load(product.a(), product.transposeA(), row, k, gemm.a, terms);
                    gemm.loadSums(product, row, column, columns, k == 0 ? product.beta() : 1f);
                    gemm.multiply(terms, columns);
                    gemm.storeSums(product, row, column, columns);
                }
            }
        }
        IDLE.add(gemm);
    }

    /** sums[j] = fma(a[k], panel[k][j], sums[j]) for every k in ascending order. */
    private void multiply(int terms, int columns) {
        int k = 0;
        for (; k + UNROLL <= terms; k += UNROLL) {
            multiplyEight(a[k], a[k + 1], a[k + 2], a[k + 3], a[k + 4], a[k + 5], a[k + 6], a[k + 7], k, columns);
        }
        for (; k < terms; k++) {
            multiplyOne(a[k], panel[k], sums, columns);
        }
    }

    private void multiplyEight(float a0, float a1, float a2, float a3, float a4, float a5, float a6, float a7, int k, int columns) {
        float[] sums = this.sums;
        float[] b0 = panel[k], b1 = panel[k + 1], b2 = panel[k + 2], b3 = panel[k + 3];
        float[] b4 = panel[k + 4], b5 = panel[k + 5], b6 = panel[k + 6], b7 = panel[k + 7];
        for (int j = 0; j < columns; j++) {
            float s = Math.fma(a1, b1[j], Math.fma(a0, b0[j], sums[j]));
            s = Math.fma(a3, b3[j], Math.fma(a2, b2[j], s));
            s = Math.fma(a5, b5[j], Math.fma(a4, b4[j], s));
            sums[j] = Math.fma(a7, b7[j], Math.fma(a6, b6[j], s));
        }
    }

    private static void multiplyOne(float a, float[] b, float[] sums, int columns) {
        for (int j = 0; j < columns; j++) {
            sums[j] = Math.fma(a, b[j], sums[j]);
        }
    }

    private void loadPanel(Product product, int k, int terms, int column, int columns) {
        Matrix b = product.b();
        if (product.transposeB() == NO) {
            for (int i = 0; i < terms; i++) {
                load(b, NO, k + i, column, panel[i], columns);
            }
            return;
        }
        MemorySegment segment = b.segment();
        for (int j = 0; j < columns; j++) {
            long start = b.row(column + j) + k;
            for (int i = 0; i < terms; i++) {
                panel[i][j] = segment.getAtIndex(JAVA_FLOAT, start + i);
            }
        }
    }

    private void loadSums(Product product, int row, int column, int columns, float beta) {
        if (beta == 0f) {
            Arrays.fill(sums, 0, columns, 0f);
            return;
        }
        load(product.c(), product.transposeC(), row, column, sums, columns);
        if (beta != 1f) {
            for (int j = 0; j < columns; j++) {
                sums[j] *= beta;
            }
        }
    }

    private void storeSums(Product product, int row, int column, int columns) {
        Matrix c = product.c();
        MemorySegment segment = c.segment();
        if (product.transposeC() == NO) {
            MemorySegment.copy(sums, 0, segment, JAVA_FLOAT, 4 * (c.row(row) + column), columns);
            return;
        }
        for (int j = 0; j < columns; j++) {
            segment.setAtIndex(JAVA_FLOAT, c.row(column + j) + row, sums[j]);
        }
    }

    /** {@code count} elements of a row of the matrix, or of its transpose, from {@code column} on. */
    private static void load(Matrix matrix, Transpose transposed, int row, int column, float[] target, int count) {
        MemorySegment segment = matrix.segment();
        if (transposed == NO) {
            MemorySegment.copy(segment, JAVA_FLOAT, 4 * (matrix.row(row) + column), target, 0, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            target[i] = segment.getAtIndex(JAVA_FLOAT, matrix.row(column + i) + row);
        }
    }
}
