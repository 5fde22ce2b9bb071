package dev.sluice.backend.vector;

import static dev.sluice.api.Transpose.NO;
import static dev.sluice.backend.vector.Lanes.PANEL;

import dev.sluice.api.Matrix;
import dev.sluice.api.PreparedMatrix;
import dev.sluice.api.Scratch;
import dev.sluice.api.Transpose;
import dev.sluice.api.Workers;

/** A matrix whose columns were brought together in panels once. */
final class PreparedPanels implements PreparedMatrix {
    private final Workers workers;
    private final int columns;
    private final Scratch scratch;
    private final Panels panels;

    PreparedPanels(Workers workers, Matrix b, Transpose transposeB) {
        this.workers = workers;
        columns = transposeB.columns(b);
        int depth = transposeB.rows(b);
        scratch = new Scratch(Panels.floats(depth, columns));
        panels = new Panels(scratch, depth, columns);
        panels.fill(Panels.Source.of(b, transposeB), 0, panels.count());
    }

    @Override
    public void multiply(Matrix a, float beta, Matrix c) {
        Gemm.share(workers, c.rows(), columns, a.columns(), (fromRow, toRow, fromColumn, toColumn) -> Gemm.run(a.rows(fromRow, toRow - fromRow), NO,
                panels.part(fromColumn / PANEL, toColumn), beta, c.rows(fromRow, toRow - fromRow).columns(fromColumn, toColumn - fromColumn), NO));
    }

    @Override
    public void close() {
        scratch.close();
    }
}
