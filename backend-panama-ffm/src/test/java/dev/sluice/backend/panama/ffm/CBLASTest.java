package dev.sluice.backend.panama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Libraries of native functions that are written here, told apart by what they do. */
class CBLASTest {
    private static final MethodHandles.Lookup HERE = MethodHandles.lookup();

    /** cblas_sdot as a library with integers of 32 bits computes it. */
    static float dot32(int n, MemorySegment x, int incx, MemorySegment y, int incy) {
        return dot(n, x, y);
    }

    /** And with integers of 64. */
    static float dot64(long n, MemorySegment x, long incx, MemorySegment y, long incy) {
        return dot(n, x, y);
    }

    /** One that takes the upper half of an integer for all of it. */
    static float dotOfTheUpperHalf(long n, MemorySegment x, long incx, MemorySegment y, long incy) {
        return n >>> 32 == 0 ? 15f : 7f;
    }

    private static float dot(long n, MemorySegment x, MemorySegment y) {
        float sum = 0;
        for (long i = 0; i < n; i++) {
            sum += x.reinterpret(4 * n).getAtIndex(JAVA_FLOAT, i) * y.reinterpret(4 * n).getAtIndex(JAVA_FLOAT, i);
        }
        return sum;
    }

    static void nothing() {}

    private static SymbolLookup library(String suffix, String dot, ValueLayout integer) throws ReflectiveOperationException {
        Class<?> type = integer.carrier();
        MethodHandle java = HERE.findStatic(CBLASTest.class, dot, MethodType.methodType(float.class, type, MemorySegment.class, type, MemorySegment.class, type));
        Map<String, MemorySegment> symbols = new HashMap<>();
        symbols.put("cblas_sdot" + suffix, Linker.nativeLinker().upcallStub(java, FunctionDescriptor.of(JAVA_FLOAT, integer, ADDRESS, integer, ADDRESS, integer), Arena.ofAuto()));
        symbols.put("cblas_sgemm" + suffix, Linker.nativeLinker().upcallStub(HERE.findStatic(CBLASTest.class, "nothing", MethodType.methodType(void.class)), FunctionDescriptor.ofVoid(),
                Arena.ofAuto()));
        return name -> Optional.ofNullable(symbols.get(name));
    }

    @Test
    void integersAreMeasuredNotGuessed() throws Exception {
        assertThat(CBLAS.link(library("", "dot32", JAVA_INT)).integerBits()).isEqualTo(32);
        assertThat(CBLAS.link(library("", "dot64", JAVA_LONG)).integerBits()).isEqualTo(64);
        assertThat(CBLAS.link(library("64_", "dot64", JAVA_LONG)).integerBits()).isEqualTo(64);
        assertThat(CBLAS.link(library("_64", "dot64", JAVA_LONG)).integerBits()).isEqualTo(64);
        assertThat(CBLAS.link(library("", "dot32", JAVA_INT)).prepacking()).isNull();
    }

    @Test
    void integersOfAnUnknownSizeAreRefused() throws Exception {
        SymbolLookup strange = library("", "dotOfTheUpperHalf", JAVA_LONG);
        assertThatThrownBy(() -> CBLAS.link(strange)).isInstanceOf(CBLAS.LinkException.class).hasMessage("the size of its integers is unknown: cblas_sdot of 3 and 5 gives 15.0 for a length of 1, "
                + "which must be 15.0, and 7.0 for one with the upper 32 bits set, which must be 15.0 (integers of 32 bits) or 0.0 (64)");
    }

    @Test
    void aFunctionThatIsMissingIsNamed() throws Exception {
        SymbolLookup whole = library("", "dot32", JAVA_INT);
        SymbolLookup part = name -> name.startsWith("cblas_sdot") ? Optional.empty() : whole.find(name);
        assertThatThrownBy(() -> CBLAS.link(part)).isInstanceOf(CBLAS.LinkException.class).hasMessage("it has no function cblas_sdot, no cblas_sgemm64_, no cblas_sgemm_64; one with the CBLAS "
                + "interface is required");
    }
}
