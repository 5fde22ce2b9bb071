package dev.sluice.api;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.api.Transpose.YES;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What a kernel cannot take never reaches it. */
class CheckedBackendTest {
    private final Backend backend = Backends.of(Workers.of(1), List.of(new FakeBackend.Provider("fake", 1))).best();
    private final Own scratch = new Own();

    /** Each matrix in memory of its own. */
    private static final class Own {
        Matrix matrix(int rows, int columns) {
            return new Scratch((long) rows * columns).matrix(rows, columns);
        }
    }

    private static void rejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void rule25_sizesThatDoNotFit() {
        Matrix a = scratch.matrix(2, 3);
        Matrix b = scratch.matrix(4, 5);
        Matrix c = scratch.matrix(2, 5);
        rejected(() -> backend.gemm(a, NO, b, NO, 0, c), "gemm: a is [2, 3], b is [4, 5]; a's columns (3) must equal b's rows (4)");
        rejected(() -> backend.gemm(a, YES, b, YES, 0, c), "gemm: a is [2, 3], b is [4, 5]; a's rows (a is transposed) (2) must equal b's columns (b is transposed) (5)");
        rejected(() -> backend.gemm(a, NO, scratch.matrix(3, 4), NO, 0, c), "gemm: c is [2, 5]; [2, 4] is required");
        rejected(() -> backend.prepare(b, NO).multiply(a, 0, c), "multiply: a is [2, 3], b is [4, 5]; a's columns (3) must equal b's rows (4)");
        rejected(() -> backend.prepare(b, YES).multiply(scratch.matrix(2, 5), 0, c), "multiply: c is [2, 5]; [2, 4] is required");
        rejected(() -> backend.addRow(a, c), "addRow: row is [2, 3]; [1, 5] is required");
        rejected(() -> backend.sumRows(a, 0, c), "sumRows: row is [2, 5]; [1, 3] is required");
        rejected(() -> backend.axpy(1, a, c), "axpy: y is [2, 5]; [2, 3] is required");
    }

    @Test
    void rule25_sizesThatDoNotFitInACell() {
        Matrix c = scratch.matrix(2, 3);
        Matrix next = scratch.matrix(2, 3);
        rejected(() -> backend.lstmCell(scratch.matrix(2, 11), c, next, scratch.matrix(2, 3)), "lstmCell: gates is [2, 11]; [2, 12] is required");
        rejected(() -> backend.lstmCell(scratch.matrix(2, 12), c, next, scratch.matrix(1, 3)), "lstmCell: nextH is [1, 3]; [2, 3] is required");
    }

    @Test
    void rule08_outputsThatShareMemory() {
        Matrix table = scratch.matrix(4, 6);
        rejected(() -> backend.axpy(1, table, table), "axpy: y [4, 6] shares memory with another argument [4, 6]; an output must have memory of its own");
        rejected(() -> backend.axpy(1, table.rows(0, 2), table.rows(1, 2)), "axpy: y [2, 6] shares memory with another argument [2, 6]; an output must have memory of its own");
        rejected(() -> backend.axpy(1, table.columns(0, 4), table.columns(2, 4)), "axpy: y [4, 4] shares memory with another argument [4, 4]; an output must have memory of its own");
        backend.axpy(1, table.columns(0, 3), table.columns(3, 3));
        backend.axpy(1, table.columns(3, 3), table.columns(0, 3));
        backend.axpy(1, table.rows(0, 2), table.rows(2, 2));
        backend.addRow(new Matrix(table.block(), table.row(1) + 3, 1, 3, 3), table.columns(0, 3));
        LSTMKernel.States first = new LSTMKernel.States(scratch.matrix(1, 2), scratch.matrix(1, 2));
        Matrix same = scratch.matrix(1, 2);
        try (LSTMKernel.Prepared lstm = backend.lstm().prepare(new LSTMKernel.Weights(scratch.matrix(8, 3), scratch.matrix(8, 2), null, null, null))) {
            rejected(() -> lstm.infer(new LSTMKernel.Steps(new int[] {1}, Direction.FORWARD), scratch.matrix(1, 3), first, scratch.matrix(1, 2), new LSTMKernel.States(same, same)),
                    "lstm: the last c [1, 2] shares memory with another argument [1, 2]; an output must have memory of its own");
        }
    }

    @Test
    void rule25_matricesThatLieOutsideTheirBlock() {
        try (Memory.Block block = Memory.take(64)) {
            Matrix inside = new Matrix(block, 0, 4, 4, 4);
            rejected(() -> backend.axpy(1, new Matrix(block, 1, 4, 4, 4), inside), "axpy: x is [4, 4] at offset 1 with a row stride of 4; its block has only 16 floats");
            rejected(() -> backend.axpy(1, new Matrix(block, -1, 1, 4, 4), inside), "axpy: x is [1, 4] at offset -1 with a row stride of 4; its block has only 16 floats");
            rejected(() -> backend.axpy(1, new Matrix(block, 0, 4, 4, 3), inside), "axpy: x is [4, 4] with a row stride of 3; the stride must be at least the columns (4)");
            rejected(() -> backend.axpy(1, new Matrix(block, 0, -1, 4, 4), inside), "axpy: x is [-1, 4]; rows and columns must be 0 or more");
        }
    }

    @Test
    void rule25_memoryThatIsGone() {
        Memory.Block block = Memory.take(64);
        Matrix matrix = new Matrix(block, 0, 2, 2, 2);
        block.close();
        assertThatThrownBy(() -> backend.axpy(1, matrix, scratch.matrix(2, 2))).isInstanceOf(IllegalStateException.class).hasMessageContaining("recycled");
        assertThatThrownBy(() -> backend.axpy(1, null, matrix)).isInstanceOf(NullPointerException.class).hasMessage("axpy: x is null; a matrix is required");
    }

    @Test
    void rule25_stepsThatGrow() {
        LSTMKernel.Weights weights = new LSTMKernel.Weights(scratch.matrix(8, 3), scratch.matrix(8, 2), null, null, null);
        LSTMKernel.States first = new LSTMKernel.States(scratch.matrix(1, 2), scratch.matrix(1, 2));
        try (LSTMKernel.Prepared lstm = backend.lstm().prepare(weights)) {
            rejected(() -> lstm.infer(new LSTMKernel.Steps(new int[] {1, 2}, Direction.FORWARD), scratch.matrix(3, 3), first, scratch.matrix(3, 2), first),
                    "lstm: step 1 has 2 live rows after 1; their number must not be negative and must never grow");
        }
        rejected(() -> backend.lstm().prepare(new LSTMKernel.Weights(scratch.matrix(8, 3), scratch.matrix(8, 3), null, null, null)), "lstm: W_hh is [8, 3]; [8, 2] is required");
    }
}
