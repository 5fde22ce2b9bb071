package dev.sluice.api;

import static java.lang.ref.Reference.reachabilityFence;

/** Checks every argument in one place, so that no backend has to; and keeps the memory alive while a kernel runs. */
final class CheckedBackend implements Backend {
    private final Backend backend;
    private final LSTMKernel lstm;

    CheckedBackend(Backend backend) {
        this.backend = backend;
        this.lstm = new CheckedLSTM(backend.lstm(), backend);
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public String description() {
        return backend.description();
    }

    @Override
    public boolean isExact() {
        return backend.isExact();
    }

    @Override
    public Workers workers() {
        return backend.workers();
    }

    @Override
    public LSTMKernel lstm() {
        return lstm;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        var check = new MatrixCheck("gemm");
        check.input("a", a);
        check.input("b", b);
        check.output("c", c);
        check.equal(transposeA == Transpose.NO ? "a's columns" : "a's rows (a is transposed)", a, transposeA.columns(a),
                transposeB == Transpose.NO ? "b's rows" : "b's columns (b is transposed)", b, transposeB.rows(b));
        check.shape("c", c, transposeA.rows(a), transposeB.columns(b));
        backend.gemm(a, transposeA, b, transposeB, beta, c);
        reachabilityFence(a.block());
        reachabilityFence(b.block());
        reachabilityFence(c.block());
    }

    @Override
    public PreparedMatrix prepare(Matrix b, Transpose transposeB) {
        new MatrixCheck("prepare").input("b", b);
        PreparedMatrix prepared = backend.prepare(b, transposeB);
        reachabilityFence(b.block());
        return new Checked(b, transposeB, prepared);
    }

    private record Checked(Matrix b, Transpose transposeB, PreparedMatrix prepared) implements PreparedMatrix {
        @Override
        public void multiply(Matrix a, float beta, Matrix c) {
            var check = new MatrixCheck("multiply");
            check.input("a", a);
            check.input("b", b);
            check.output("c", c);
            check.equal("a's columns", a, a.columns(), transposeB == Transpose.NO ? "b's rows" : "b's columns (b is transposed)", b, transposeB.rows(b));
            check.shape("c", c, a.rows(), transposeB.columns(b));
            prepared.multiply(a, beta, c);
            reachabilityFence(a.block());
            reachabilityFence(c.block());
            reachabilityFence(this);
        }

        @Override
        public void close() {
            prepared.close();
        }
    }

    @Override
    public void addRow(Matrix row, Matrix c) {
        var check = new MatrixCheck("addRow");
        check.input("row", row);
        check.output("c", c);
        check.shape("row", row, 1, c.columns());
        backend.addRow(row, c);
        reachabilityFence(row.block());
        reachabilityFence(c.block());
    }

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {
        var check = new MatrixCheck("sumRows");
        check.input("a", a);
        check.output("row", row);
        check.shape("row", row, 1, a.columns());
        backend.sumRows(a, beta, row);
        reachabilityFence(a.block());
        reachabilityFence(row.block());
    }

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {
        var check = new MatrixCheck("axpy");
        check.input("x", x);
        check.output("y", y);
        check.shape("y", y, x.rows(), x.columns());
        backend.axpy(alpha, x, y);
        reachabilityFence(x.block());
        reachabilityFence(y.block());
    }

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
        var check = new MatrixCheck("lstmCell");
        check.input("c", c);
        check.output("gates", gates);
        check.output("nextC", nextC);
        check.output("nextH", nextH);
        check.shape("gates", gates, c.rows(), 4 * c.columns());
        check.shape("nextC", nextC, c.rows(), c.columns());
        check.shape("nextH", nextH, c.rows(), c.columns());
        backend.lstmCell(gates, c, nextC, nextH);
        reachabilityFence(gates.block());
        reachabilityFence(c.block());
        reachabilityFence(nextC.block());
        reachabilityFence(nextH.block());
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        var check = new MatrixCheck("lstmCellGradient");
        check.input("gates", gates);
        check.input("c", c);
        check.input("nextC", nextC);
        check.input("dh", dh);
        check.output("dc", dc);
        check.output("dGates", dGates);
        check.shape("gates", gates, c.rows(), 4 * c.columns());
        check.shape("nextC", nextC, c.rows(), c.columns());
        check.shape("dh", dh, c.rows(), c.columns());
        check.shape("dc", dc, c.rows(), c.columns());
        check.shape("dGates", dGates, c.rows(), 4 * c.columns());
        backend.lstmCellGradient(gates, c, nextC, dh, dc, dGates);
        reachabilityFence(gates.block());
        reachabilityFence(c.block());
        reachabilityFence(nextC.block());
        reachabilityFence(dh.block());
        reachabilityFence(dc.block());
        reachabilityFence(dGates.block());
    }
}
