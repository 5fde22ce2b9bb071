package dev.sluice.backend.panama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a BLAS library tells about itself, each through functions of its own.
 *
 * @param version empty where it does not tell
 * @param core what its kernels are made for; empty where it does not tell
 * @param integerBits the size of its integers, as {@link CBLAS} found out
 * @param mostCallers how many threads may be inside it at once
 */
record Identity(Vendor vendor, String version, String core, int integerBits, int mostCallers) {
    enum Vendor {
        OPENBLAS("OpenBLAS"),
        MKL("MKL"),
        BLIS("BLIS"),
        ACCELERATE("Accelerate"),
        UNKNOWN("a BLAS that does not tell its name");

        private final String title;

        Vendor(String title) {
            this.title = title;
        }
    }

    /**
     * Whether it may read beyond the end of a matrix, as BLIS does before 1.1 (flame/blis#635, flame/blis#821). AMD's BLIS, which has numbers of its own, does so before 4.0, and later in
     * the kernels for Haswell. One that does not tell its name may be either.
     */
    boolean mayReadBeyond() {
        return switch (vendor) {
            case UNKNOWN -> true;
            case BLIS -> version.startsWith("AOCL") ? isBefore(4, 0) || core.equals("haswell") : isBefore(1, 1);
            default -> false;
        };
    }

    private boolean isBefore(int major, int minor) {
        Matcher numbers = FIRST_NUMBERS.matcher(version);
        return !numbers.find() || Integer.parseInt(numbers.group(1)) * 1000 + Integer.parseInt(numbers.group(2)) < major * 1000 + minor;
    }

    /** MKL has these kernels on the processors of one maker only. */
    boolean usesAVX512() {
        return core.contains("AVX-512");
    }

    private static final AddressLayout TEXT = ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(4096, JAVA_BYTE)); // char *
    private static final Pattern FIRST_NUMBERS = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})");
    private static final Pattern OPENBLAS_VERSION = Pattern.compile("OpenBLAS (\\S+)");
    private static final Pattern OPENBLAS_MOST_THREADS = Pattern.compile("MAX_THREADS=(\\d+)");

    /** Asks the library, and has it work on the thread that calls it, starting none of its own. */
    static Identity of(SymbolLookup library, int integerBits) {
        if (library.find("openblas_get_config").isPresent()) {
            return openBLAS(library, integerBits);
        }
        if (library.find("MKL_Get_Version").isPresent()) {
            return mkl(library, integerBits);
        }
        if (library.find("bli_info_get_version_str").isPresent()) {
            call(library, "bli_thread_set_num_threads", null, 1L); // void f(dim_t)
            int architecture = (int) call(library, "bli_arch_query_id", JAVA_INT); // arch_t f(void)
            return new Identity(Vendor.BLIS, text(call(library, "bli_info_get_version_str", TEXT)), text(call(library, "bli_arch_string", TEXT, architecture)), integerBits, Integer.MAX_VALUE);
        }
        if (library.find("appleblas_sgeadd").isPresent()) {
            if (library.find("BLASSetThreading").isPresent()) { // since macOS 15
                call(library, "BLASSetThreading", JAVA_INT, 1); // int f(BLAS_THREADING), where 1 is BLAS_THREADING_SINGLE_THREADED
            }
            return new Identity(Vendor.ACCELERATE, "", "", integerBits, Integer.MAX_VALUE);
        }
        return new Identity(Vendor.UNKNOWN, "", "", integerBits, Integer.MAX_VALUE);
    }

    /** Each caller holds one of as many buffers as the library was built for threads; a library built for none has no locks around them. */
    private static Identity openBLAS(SymbolLookup library, int integerBits) {
        String config = text(call(library, "openblas_get_config", TEXT)); // char *f(void)
        Matcher version = OPENBLAS_VERSION.matcher(config), most = OPENBLAS_MOST_THREADS.matcher(config);
        boolean threads = (int) call(library, "openblas_get_parallel", JAVA_INT) != 0; // int f(void)
        if (threads) {
            call(library, "openblas_set_num_threads", null, 1); // void f(int)
        }
        return new Identity(Vendor.OPENBLAS, version.find() ? version.group(1) : "", text(call(library, "openblas_get_corename", TEXT)), integerBits,
                threads && most.find() ? Integer.parseInt(most.group(1)) : 1);
    }

    private static Identity mkl(SymbolLookup library, int integerBits) {
        call(library, "MKL_Set_Num_Threads", null, 1); // void f(int)
        try (Arena arena = Arena.ofConfined()) {
            // typedef struct { int Major, Minor, Update; char *ProductStatus, *Build, *Processor, *Platform; } MKLVersion
            MemorySegment version = arena.allocate(16 + 4 * ADDRESS.byteSize(), 8);
            call(library, "MKL_Get_Version", null, version); // void f(MKLVersion *)
            String processor = text(version.get(TEXT, 16 + 2 * ADDRESS.byteSize()));
            return new Identity(Vendor.MKL, version.get(JAVA_INT, 0) + "." + version.get(JAVA_INT, 4) + "." + version.get(JAVA_INT, 8), processor, integerBits, Integer.MAX_VALUE);
        }
    }

    private static Object call(SymbolLookup library, String name, MemoryLayout result, Object... arguments) {
        MemoryLayout[] layouts = Arrays.stream(arguments).map(a -> a instanceof Integer ? JAVA_INT : a instanceof Long ? JAVA_LONG : ADDRESS).toArray(MemoryLayout[]::new);
        FunctionDescriptor descriptor = result == null ? FunctionDescriptor.ofVoid(layouts) : FunctionDescriptor.of(result, layouts);
        try {
            return Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), descriptor).invokeWithArguments(arguments);
        } catch (Throwable t) {
            throw CBLAS.unexpected(t);
        }
    }

    private static String text(Object pointer) {
        return pointer instanceof MemorySegment characters && characters.address() != 0 ? characters.getString(0).strip() : "";
    }

    /** For one line: name, version, and what its kernels are made for. */
    @Override
    public String toString() {
        return vendor.title + (version.isEmpty() ? "" : " " + version) + (integerBits == 64 ? ", 64-bit integers" : "") + (core.isEmpty() ? "" : ", core " + core);
    }
}
