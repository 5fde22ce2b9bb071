package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Transpose;

/** What {@code cblas_sgemm} computes, of matrices at addresses. */
interface Product {
    /** C = A·B + β·C of matrices at these addresses, a row every {@code ld} floats: A [m, k], B [k, n], C [m, n]. Callers keep the memory alive. */
    void multiply(Transpose transposeA, Transpose transposeB, int m, int n, int k, long a, int lda, long b, int ldb, float beta, long c, int ldc);
}
