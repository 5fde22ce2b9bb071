package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** What structured concurrency, a preview in Java 25, forks inside {@code Inference.of} and {@code Gradients.off}. */
@EnabledForJreRange(max = JRE.JAVA_25, disabledReason = "its preview may be another by now")
class StructuredForksTest {
    @TempDir
    private Path folder;

    @Test
    void aForkRecordsNothingAndWhatItMakesLivesOn() throws Exception {
        Path program = folder.resolve("Forks.java");
        Files.writeString(program, """
                import dev.sluice.api.tensor.*;
                import java.util.concurrent.*;

                static Tensor forked(Callable<Tensor> task) throws InterruptedException {
                    try (var scope = StructuredTaskScope.open()) {
                        var fork = scope.fork(task);
                        scope.join();
                        return fork.get();
                    }
                }

                void main() throws Exception {
                    Tensor w = Tensor.ones(1000).requireGrad();
                    IO.println(forked(() -> w.mul(2f)).requiresGrad());
                    for (Tensor made : List.of(Gradients.off(() -> forked(() -> w.mul(3f))), Inference.of(() -> forked(() -> w.mul(4f))),
                            Inference.of(() -> forked(() -> Inference.of(() -> w.mul(4f).add(1f)))))) {
                        IO.println(made.requiresGrad() + " " + made.get(0));
                    }
                }
                """);
        Jvm jvm = Jvm.start(Map.of(), List.of("--enable-preview", "--source", "25", "-cp", Jvm.classPath("/api/target/classes", "sluice-api"), program.toString()));
        assertThat(jvm.lines()).filteredOn(line -> !line.startsWith("Note: ")).containsExactly("true", "false 3.0", "false 4.0", "false 5.0");
    }
}
