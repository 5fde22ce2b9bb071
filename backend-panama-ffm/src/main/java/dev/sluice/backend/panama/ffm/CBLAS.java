package dev.sluice.backend.panama.ffm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sluice.api.Transpose;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;

/**
 * The functions of a CBLAS library. Handles take Java's {@code int} whatever the library's {@code blasint} is, and addresses as numbers, so that a call
 * makes no objects; callers keep the memory alive. They are ordinary downcalls.
 *
 * @param integerBits the size of {@code blasint}, 32 or 64
 * @param sgemm {@code void cblas_sgemm(layout, transA, transB, m, n, k, alpha, *a, lda, *b, ldb, beta, *c, ldc)}
 * @param prepacking for libraries that lay out an operand once for many products; else null
 * @param ompSetNumThreads {@code void omp_set_num_threads(int)} for OpenBLAS built with OpenMP, which keeps that number for each thread that calls; else null
 */
record CBLAS(int integerBits, MethodHandle sgemm, Prepacking prepacking, MethodHandle ompSetNumThreads) implements Product {
    /**
     * @param packSize {@code size_t cblas_sgemm_pack_get_size(identifier, m, n, k)}
     * @param pack {@code void cblas_sgemm_pack(layout, identifier, trans, m, n, k, alpha, *src, ld, *dest)}
     * @param compute {@code void cblas_sgemm_compute(layout, transA, transB, m, n, k, *a, lda, *b, ldb, beta, *c, ldc)}
     */
    record Prepacking(MethodHandle packSize, MethodHandle pack, MethodHandle compute) {}

    private static final int ROW_MAJOR = 101; // CBLAS_LAYOUT: CblasRowMajor
    private static final int NO_TRANSPOSE = 111; // CBLAS_TRANSPOSE: CblasNoTrans
    private static final int TRANSPOSE = 112; // CblasTrans
    private static final int PACKED = 151; // CBLAS_STORAGE: CblasPacked
    private static final int B_MATRIX = 162; // CBLAS_IDENTIFIER: CblasBMatrix

    private static final int BUILT_WITH_OPENMP = 2; // int openblas_get_parallel(void)

    /** How functions are named by builds with another integer size: as ever, OpenBLAS's way, the reference's and MKL's. */
    private static final List<String> SUFFIXES = List.of("", "64_", "_64");

    /** Why a library cannot be used. */
    static final class LinkException extends Exception {
        private static final long serialVersionUID = 1L;

        LinkException(String message) {
            super(message);
        }
    }

    /**
     * The functions of a library.
     *
     * @throws LinkException when one is missing, or the integer size cannot be told
     */
    static CBLAS link(SymbolLookup library) throws LinkException {
        List<String> missing = new ArrayList<>();
        for (String suffix : SUFFIXES) {
            String absent = List.of("cblas_sgemm" + suffix, "cblas_sdot" + suffix).stream().filter(name -> library.find(name).isEmpty()).findFirst().orElse(null);
            if (absent == null) {
                int bits = integerBits(library, "cblas_sdot" + suffix);
                ValueLayout blasint = (bits == 64 ? JAVA_LONG : JAVA_INT).withName("blasint");
                return new CBLAS(bits, sgemm(library, suffix, blasint), prepacking(library, suffix, blasint), ompSetNumThreads(library));
            }
            missing.add(absent);
        }
        throw new LinkException("it has no function " + String.join(", no ", missing) + "; one with the CBLAS interface is required");
    }

    /**
     * Asks for a dot product over a length whose lower 32 bits are 1 and whose upper ones are set: who reads the lower half computes one product; who reads
     * all finds a negative length, for which BLAS defines the result as 0.
     */
    private static int integerBits(SymbolLookup library, String sdot) throws LinkException {
        // float cblas_sdot(n, *x, incx, *y, incy)
        MethodHandle dot = function(library, sdot, FunctionDescriptor.of(JAVA_FLOAT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            long x = arena.allocateFrom(JAVA_FLOAT, 3f).address(), y = arena.allocateFrom(JAVA_FLOAT, 5f).address();
            float one = (float) dot.invokeExact(1L, x, 1L, y, 1L);
            float wide = (float) dot.invokeExact(0xFFFF_FFFF_0000_0001L, x, 1L, y, 1L);
            if (one != 15f || wide != 15f && wide != 0f) {
                throw new LinkException("the size of its integers is unknown: " + sdot + " of 3 and 5 gives " + one + " for a length of 1, which must be 15.0, and " + wide
                        + " for one with the upper 32 bits set, which must be 15.0 (integers of 32 bits) or 0.0 (64)");
            }
            return wide == 0f ? 64 : 32;
        } catch (LinkException e) {
            throw e;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static MethodHandle sgemm(SymbolLookup library, String suffix, MemoryLayout blasint) {
        return function(library, "cblas_sgemm" + suffix, FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, blasint, blasint, blasint, JAVA_FLOAT, JAVA_LONG, blasint,
                JAVA_LONG, blasint, JAVA_FLOAT, JAVA_LONG, blasint));
    }

    private static Prepacking prepacking(SymbolLookup library, String suffix, MemoryLayout blasint) {
        String size = "cblas_sgemm_pack_get_size" + suffix, pack = "cblas_sgemm_pack" + suffix, compute = "cblas_sgemm_compute" + suffix;
        if (List.of(size, pack, compute).stream().anyMatch(name -> library.find(name).isEmpty())) {
            return null;
        }
        return new Prepacking(function(library, size, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, blasint, blasint, blasint)),
                function(library, pack, FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, blasint, blasint, blasint, JAVA_FLOAT, JAVA_LONG, blasint, JAVA_LONG)),
                function(library, compute, FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, blasint, blasint, blasint, JAVA_LONG, blasint, JAVA_LONG, blasint, JAVA_FLOAT,
                        JAVA_LONG, blasint)));
    }

    private static MethodHandle ompSetNumThreads(SymbolLookup library) {
        if (library.find("openblas_get_parallel").isEmpty() || library.find("omp_set_num_threads").isEmpty()) {
            return null;
        }
        try {
            int parallel = (int) function(library, "openblas_get_parallel", FunctionDescriptor.of(JAVA_INT)).invokeExact();
            return parallel == BUILT_WITH_OPENMP ? function(library, "omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT)) : null;
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** A function that is there, with {@code int} for every {@code blasint}. */
    private static MethodHandle function(SymbolLookup library, String name, FunctionDescriptor descriptor) {
        MethodHandle handle = Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), descriptor);
        MethodType type = handle.type();
        for (int i = 0; i < type.parameterCount(); i++) {
            if (descriptor.argumentLayouts().get(i).name().isPresent()) {
                type = type.changeParameterType(i, int.class);
            }
        }
        return handle.asType(type);
    }

    @Override
    public void multiply(Transpose transposeA, Transpose transposeB, int m, int n, int k, long a, int lda, long b, int ldb, float beta, long c, int ldc) {
        try {
            if (ompSetNumThreads != null) {
                ompSetNumThreads.invokeExact(1);
            }
            sgemm.invokeExact(ROW_MAJOR, code(transposeA), code(transposeB), m, n, k, 1f, a, lda, b, ldb, beta, c, ldc);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** The bytes that B [k, n] takes in the library's own layout. */
    long packedBytes(int n, int k) {
        try {
            return (long) prepacking.packSize.invokeExact(B_MATRIX, 1, n, k);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Writes B [k, n] in the library's own layout. */
    void pack(Transpose transposeB, int n, int k, long b, int ldb, long packed) {
        try {
            prepacking.pack.invokeExact(ROW_MAJOR, B_MATRIX, code(transposeB), 1, n, k, 1f, b, ldb, packed);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** C = A·B + β·C with B in the library's own layout. */
    void multiplyPacked(int m, int n, int k, long a, int lda, long packed, int ldb, float beta, long c, int ldc) {
        try {
            prepacking.compute.invokeExact(ROW_MAJOR, NO_TRANSPOSE, PACKED, m, n, k, a, lda, packed, ldb, beta, c, ldc);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int code(Transpose transpose) {
        return transpose == Transpose.YES ? TRANSPOSE : NO_TRANSPOSE;
    }

    /** Downcalls declare that they throw anything; they throw errors of the JVM only. */
    static Error unexpected(Throwable t) {
        if (t instanceof RuntimeException e) {
            throw e;
        }
        return t instanceof Error e ? e : new AssertionError(t);
    }
}
