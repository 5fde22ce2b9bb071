package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimdTest {
    @Test
    void isToldByTheProcessorsFlags() {
        assertThat(Simd.of("flags\t\t: fpu sse2 avx f16c")).isEqualTo(Simd.UNKNOWN);
        assertThat(Simd.of("flags\t\t: fpu sse2 avx avx2 fma bmi2")).isEqualTo(Simd.AVX2);
        assertThat(Simd.of("flags\t\t: fpu avx avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl")).isEqualTo(Simd.AVX512);
        assertThat(Simd.of("flags\t\t: fpu avx avx2 fma avx512f avx512cd avx512er avx512pf")).as("Knights Landing").isEqualTo(Simd.AVX2);
        assertThat(Simd.of("")).isEqualTo(Simd.UNKNOWN);
    }

    @Test
    void oldKernelsAreOnesThatWasteIt() {
        for (String old : new String[] {"Prescott", "Core2", "Nehalem", "Sandybridge", "generic", "Barcelona"}) {
            assertThat(Simd.AVX512.isWastedOn(old)).as(old).isTrue();
            assertThat(Simd.AVX2.isWastedOn(old)).as(old).isTrue();
            assertThat(Simd.UNKNOWN.isWastedOn(old)).as(old).isFalse();
        }
        for (String modern : new String[] {"Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "zen3", ""}) {
            assertThat(Simd.AVX512.isWastedOn(modern)).as(modern).isFalse();
        }
    }
}
