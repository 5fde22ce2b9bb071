package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What ComparePeers says when it cannot begin; it needs another library to do more. */
class ComparePeersTest {
    private static void assertError(String message, String... args) {
        Printed printed = Printed.by(() -> ComparePeers.run(args));
        assertThat(printed.err()).startsWith("ComparePeers: " + message);
        assertThat(printed.status()).isEqualTo(Program.REFUSED);
    }

    @Test
    void namesWhatIsWrong() {
        assertError("--shapes tiny: one of [notebook, readme, stream, single, medium, large, xl, tagger, packed, packed-words] is required", "--shapes", "tiny");
        assertError("--peers caffe: pytorch or onnxruntime is required", "--peers", "caffe");
        assertError("--passes backward: forward or training is required", "--passes", "backward");
        assertError("--rounds 0: at least 1 is required", "--rounds", "0");
        assertError("--python " + Path.of("none/python").toAbsolutePath() + " does not run pytorch: ", "--python", "none/python");
    }

    @Test
    void aPythonWithoutTheLibraryIsQuoted() {
        // Java is no Python, but says something and ends.
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertError("--python " + java + " does not run onnxruntime: ", "--python", java, "--peers", "onnxruntime");
    }
}
