package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.fail;

import dev.sluice.api.BackendUnavailableException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * A test of the library that {@code -Dsluice.blas} names; the build runs it once for each library, in a JVM of its own. Where the library is not installed it is
 * skipped, and says so; with {@code SLUICE_EVERY_LIBRARY} in the environment it fails.
 */
@Tag("library")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(LibraryUnderTest.MustBeThere.class)
public @interface LibraryUnderTest {
    final class MustBeThere implements BeforeAllCallback {
        @Override
        public void beforeAll(ExtensionContext context) {
            try {
                LibrarySearch.configured();
            } catch (BackendUnavailableException e) {
                if (System.getenv("SLUICE_EVERY_LIBRARY") != null) {
                    fail(e.getMessage());
                }
                throw new TestAbortedException("skipped: " + e.getMessage());
            }
        }
    }
}
