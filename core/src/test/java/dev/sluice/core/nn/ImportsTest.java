package dev.sluice.core.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beside {@link java.lang.Module}, the one that is meant is imported by its name, as the page of {@link Module} tells. */
class ImportsTest {
    private static final String BY_NAME = " import dev.sluice.core.nn.Module; ", PACKAGE = "import dev.sluice.core.nn.*; ", MODULE = "import module dev.sluice.core; ";

    @Test
    void byItsNameItIsOursAndWithoutTheCompilerSaysWhatThePageTells(@TempDir Path classes) {
        Compilation compilation = Compilation.of(classes, Map.of("A.java", PACKAGE + BY_NAME + "class A extends Module { private final Linear head = module(\"head\", new Linear(4, 2)); }",
                "B.java", MODULE + BY_NAME + "class B extends Module { private final LSTM lstm = module(\"lstm\", new LSTM(4, 2)); }",
                "C.java", PACKAGE + "class C extends Module {}", "D.java", MODULE + "class D extends Module {}"), "--add-modules", "dev.sluice.core");
        assertThat(compilation.errors()).containsExactlyInAnyOrder("C.java: reference to Module is ambiguous", "D.java: cannot inherit from final java.lang.Module",
                "D.java: no suitable constructor found for Module(no arguments)");
    }
}
