package dev.sluice.backend.scalar;

import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;

/** C = A·B + β·C, each of the three as it is stored or transposed. */
record Product(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c, Transpose transposeC) {
    int rows() {
        return transposeC.rows(c);
    }

    int columns() {
        return transposeC.columns(c);
    }

    int depth() {
        return transposeA.columns(a);
    }

    /** The same as Cᵀ = Bᵀ·Aᵀ + β·Cᵀ. Every element has the same terms in the same order. */
    Product transposed() {
        return new Product(b, transposeB.other(), a, transposeA.other(), beta, c, transposeC.other());
    }
}
