package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.Matrix;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.StepwiseLSTM;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** Large products by a BLAS library, everything else by a backend in Java. */
final class PanamaFFMBackend implements Backend {
    private final String name;
    private final Library library;
    private final Backend java;
    private final Workers workers;
    private final Choice choice;
    private final Products products;

    /**
     * @param java an exact backend on the same workers
     */
    PanamaFFMBackend(String name, Library library, Backend java, Workers workers, Choice choice) {
        this.name = name;
        this.library = library;
        this.java = java;
        this.workers = workers;
        this.choice = choice;
        products = new Products(library.product(), workers, library.identity().mostCallers());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return library + ", " + workers + " of one BLAS thread each, the rest by " + java.name();
    }

    /** A library adds up in an order of its own. */
    @Override
    public boolean isExact() {
        return false;
    }

    @Override
    public Workers workers() {
        return workers;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {
        if ((long) c.rows() * c.columns() * transposeA.columns(a) >= choice.work()) {
            products.gemm(a, transposeA, b, transposeB, beta, c);
        } else {
            java.gemm(a, transposeA, b, transposeB, beta, c);
        }
    }

    @Override
    public PreparedMatrix prepare(Matrix b, Transpose transposeB) {
        boolean packs = library.blas().prepacking() != null && !library.identity().mayReadBeyond() && (choice.rows() == 1 || library.identity().usesAVX512());
        return packs && PackedProduct.isWorthIt(b) ? new PackedProduct(library.blas(), products, b, transposeB) : new PreparedProduct(this, java, choice.rows(), b, transposeB);
    }

    @Override
    public void addRow(Matrix row, Matrix c) {
        java.addRow(row, c);
    }

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {
        java.sumRows(a, beta, row);
    }

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {
        java.axpy(alpha, x, y);
    }

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {
        java.lstmCell(gates, c, nextC, nextH);
    }

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {
        java.lstmCellGradient(gates, c, nextC, dh, dc, dGates);
    }

    @Override
    public LSTMKernel lstm() {
        return new ChosenLSTM(new StepwiseLSTM(this), java.lstm(), choice);
    }
}
