package dev.sluice.examples.benchmark;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.sluice.api.Matrix;
import dev.sluice.api.Transpose;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** {@code cblas_sgemm} of a library with integers of 32 bits, called with nothing around it: what a backend that uses the library is compared with. */
@SuppressWarnings("restricted")
public final class BareProduct {
    private static final int ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112;

    private final MethodHandle sgemm;
    private final MethodHandle setThreads; // or null

    /**
     * @param library a path, or a name that the system knows
     */
    public BareProduct(String library) {
        SymbolLookup symbols = library.contains("/") ? SymbolLookup.libraryLookup(Path.of(library), Arena.global()) : SymbolLookup.libraryLookup(library, Arena.global());
        Linker linker = Linker.nativeLinker();
        sgemm = linker.downcallHandle(symbols.find("cblas_sgemm").orElseThrow(() -> new IllegalArgumentException(library + ": it has no cblas_sgemm; a CBLAS with integers of 32 bits is required")), FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_FLOAT, ADDRESS,
                JAVA_INT, ADDRESS, JAVA_INT, JAVA_FLOAT, ADDRESS, JAVA_INT));
        setThreads = symbols.find("openblas_set_num_threads").or(() -> symbols.find("MKL_Set_Num_Threads")).map(f -> linker.downcallHandle(f, FunctionDescriptor.ofVoid(JAVA_INT))).orElse(null);
    }

    /** Lets the library use threads of its own, where it is one that can be told. */
    public void threads(int threads) {
        if (setThreads != null) {
            try {
                setThreads.invokeExact(threads);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }
    }

    /** C = A·B, with B as it lies or transposed. */
    public void multiply(Matrix a, Matrix b, Transpose transposeB, Matrix c) {
        try {
            sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, transposeB == Transpose.YES ? TRANSPOSE : NO_TRANSPOSE, c.rows(), c.columns(), a.columns(), 1f, at(a), a.rowStride(), at(b), b.rowStride(),
                    0f, at(c), c.rowStride());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static MemorySegment at(Matrix m) {
        return m.segment().asSlice(4 * m.offset());
    }
}
