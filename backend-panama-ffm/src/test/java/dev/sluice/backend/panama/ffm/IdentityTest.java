package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What follows from what a library tells about itself. */
class IdentityTest {
    private static Identity identity(Identity.Vendor vendor, String version, String core) {
        return new Identity(vendor, version, core, 32, 1);
    }

    @ParameterizedTest
    @CsvSource({"0.9.0,zen3,true", "0.9.0-123,haswell,true", "1.0,generic,true", "1.1,haswell,false", "1.10,zen3,false", "2.1,zen3,false", "AOCL BLIS 3.1,zen3,true",
            "AOCL-BLIS 4.2 Build 20240422,zen4,false", "AOCL-BLAS 5.2.2 Build 20260320,haswell,true", "'',zen3,true", "unknown,zen3,true"})
    void someVersionsOfBLISMayReadBeyondAMatrix(String version, String core, boolean beyond) {
        assertThat(identity(Identity.Vendor.BLIS, version, core).mayReadBeyond()).isEqualTo(beyond);
    }

    @Test
    void soMayOneThatDoesNotTellItsName() {
        assertThat(identity(Identity.Vendor.UNKNOWN, "", "").mayReadBeyond()).isTrue();
        assertThat(identity(Identity.Vendor.OPENBLAS, "0.3.21", "Haswell").mayReadBeyond()).isFalse();
    }
}
