package dev.sluice.backend.panama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sluice.api.Transpose;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Products of operands each of which ends where nothing may be read: who reads beyond one ends this process. Written for POSIX systems.
 */
final class EdgeOfMemory {
    private static final int[] SIZES = {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100};
    private static final int LARGEST = 100, BESIDE = 3; // columns of a wider matrix
    private static final int NOTHING = 0, READ_AND_WRITE = 3, PRIVATE = 2, ANONYMOUS = System.getProperty("os.name").contains("Mac") ? 0x1000 : 0x20;
    private static final long PAGE = 1 << 16; // as large as any

    private final Product product;
    private final long beyond;
    private final MemorySegment a = mapped(), b = mapped(), c = mapped();

    private EdgeOfMemory(Product product, long beyond) {
        this.product = product;
        this.beyond = beyond;
    }

    /** All products by the library that {@code -Dsluice.blas} names; with an argument, A begins so many numbers further on. */
    public static void main(String[] args) {
        Library library = LibrarySearch.configured();
        EdgeOfMemory edge = new EdgeOfMemory(library.product(), args.length == 0 ? 0 : Integer.parseInt(args[0]));
        int products = 0;
        for (int m : SIZES) {
            for (int n : SIZES) {
                for (int k : SIZES) {
                    for (int variant = 0; variant < 16; variant++) {
                        edge.multiply(Transpose.values()[variant & 1], Transpose.values()[variant >> 1 & 1], m, n, k, (variant >> 2 & 1) * BESIDE, variant >> 3);
                        products++;
                    }
                }
            }
        }
        System.out.println(products + " products at the end of memory by " + library);
    }

    private void multiply(Transpose transposeA, Transpose transposeB, int m, int n, int k, int beside, float beta) {
        int lda = (transposeA == Transpose.NO ? k : m) + beside, ldb = (transposeB == Transpose.NO ? n : k) + beside, ldc = n + beside;
        MemorySegment result = atTheEnd(c, m, n, ldc);
        result.fill((byte) 0);
        product.multiply(transposeA, transposeB, m, n, k, atTheEnd(a, transposeA == Transpose.NO ? m : k, lda - beside, lda).address() + 4 * beyond, lda,
                atTheEnd(b, transposeB == Transpose.NO ? k : n, ldb - beside, ldb).address(), ldb, beta, result.address(), ldc);
        for (int row = 0; row < m; row++) {
            for (int column = 0; column < ldc && row * ldc + column < result.byteSize() / 4; column++) {
                float is = result.getAtIndex(JAVA_FLOAT, row * ldc + column);
                if (is != (column < n ? k : 0)) {
                    throw new AssertionError("[" + m + ", " + k + "] · [" + k + ", " + n + "] of ones, " + transposeA + ", " + transposeB + ", at " + row + ", " + column + ": " + is);
                }
            }
        }
    }

    /** So many rows, the last of which ends where {@code pages} end. */
    private static MemorySegment atTheEnd(MemorySegment pages, int rows, int columns, int stride) {
        long bytes = 4L * ((rows - 1) * stride + columns);
        return pages.asSlice(pages.byteSize() - bytes, bytes);
    }

    /** Pages of ones behind which there is one that may not be read. */
    @SuppressWarnings("restricted")
    private static MemorySegment mapped() {
        long bytes = (4L * LARGEST * (LARGEST + BESIDE) + PAGE - 1) / PAGE * PAGE;
        MemorySegment all = (MemorySegment) call("mmap", ADDRESS, MemorySegment.NULL, bytes + PAGE, READ_AND_WRITE, PRIVATE | ANONYMOUS, -1, 0L); // void *f(void *, size_t, int, int, int, off_t)
        MemorySegment pages = all.reinterpret(bytes), guard = MemorySegment.ofAddress(all.address() + bytes);
        if (all.address() == -1 || (int) call("mprotect", JAVA_INT, guard, PAGE, NOTHING) != 0) { // int f(void *, size_t, int)
            throw new IllegalStateException("the system maps no pages");
        }
        for (long i = 0; i < bytes / 4; i++) {
            pages.setAtIndex(JAVA_FLOAT, i, 1);
        }
        return pages;
    }

    @SuppressWarnings("restricted")
    private static Object call(String name, MemoryLayout result, Object... arguments) {
        MemoryLayout[] layouts = Arrays.stream(arguments).map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS).toArray(MemoryLayout[]::new);
        Linker linker = Linker.nativeLinker();
        try {
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), FunctionDescriptor.of(result, layouts)).invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw CBLAS.unexpected(t);
        }
    }
}
