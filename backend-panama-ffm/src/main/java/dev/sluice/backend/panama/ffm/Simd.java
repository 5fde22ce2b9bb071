package dev.sluice.backend.panama.ffm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** The vector instructions of an x86 processor, as far as they decide which of a library's kernels suit it. */
enum Simd {
    /** Older than AVX2, not x86, or not known: only Linux is asked. */
    UNKNOWN("", Set.of()),
    AVX2("Haswell", Set.of("avx2", "fma")),
    AVX512("SkylakeX", Set.of("avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"));

    /** What OpenBLAS calls its kernels for processors without AVX2, and BLIS its plain ones. */
    private static final Set<String> OLD_CORES = Set.of("generic", "katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2", "penryn", "dunnington",
            "nehalem", "sandybridge", "athlon", "opteron", "opteron_sse3", "barcelona", "bobcat", "bulldozer", "piledriver", "nano", "viac3");

    /** OpenBLAS's name of kernels that use these instructions. */
    final String core;

    private final Set<String> flags;

    Simd(String core, Set<String> flags) {
        this.core = core;
        this.flags = flags;
    }

    static Simd ofThisProcessor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return of(lines.filter(line -> line.startsWith("flags")).findFirst().orElse(""));
        } catch (IOException | RuntimeException e) {
            return UNKNOWN; // not Linux
        }
    }

    /** By a line of flags such as Linux prints. */
    static Simd of(String flags) {
        Set<String> all = new HashSet<>(Arrays.asList(flags.split("\\s+")));
        return all.containsAll(AVX512.flags) ? AVX512 : all.containsAll(AVX2.flags) ? AVX2 : UNKNOWN;
    }

    /** Whether kernels for {@code core} leave these instructions unused. */
    boolean isWastedOn(String core) {
        return this != UNKNOWN && OLD_CORES.contains(core.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return this == AVX512 ? "AVX-512" : name();
    }
}
