package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** How programs are found by their names, and what they say when they cannot begin. */
class ExamplesTest {
    private static final String OTHERS = """
              WordStress          learns where English words carry their stress, and predicts it
              Serve               answers over HTTP where words carry their stress
              QuickStart          the first lines of the README
              LSTMWalkthrough     an LSTM from its first batch to a module that keeps its state
              PackingWalkthrough  sequences of different lengths: padding, packing, back to a list
              ListBackends        which backends are there, and which one is in use
            """;

    @Test
    void everyProgramOfThePackageHasItsLine() throws Exception {
        Path classes = Path.of(Examples.class.getProtectionDomain().getCodeSource().getLocation().toURI()).resolve(Examples.class.getPackageName().replace('.', '/'));
        List<Class<?>> programs = Arrays.stream(classes.toFile().list((_, name) -> name.endsWith(".class"))).<Class<?>>map(ExamplesTest::classOf).filter(ExamplesTest::isProgram).toList();
        assertThat(Examples.ALL).extracting(Examples.Example::main).doesNotContain(Examples.class).containsExactlyInAnyOrderElementsOf(programs.stream().filter(program -> program != Examples.class).toList());
    }

    private static Class<?> classOf(String file) {
        try {
            return Class.forName(Examples.class.getPackageName() + "." + file.replace(".class", ""), false, Examples.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isProgram(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && Stream.of(type.getMethods()).anyMatch(method -> method.getName().equals("main"));
    }

    @Test
    void aNameThatIsUnknownListsThemTheNearestFirst() throws Exception {
        Printed inspekt = Printed.by(() -> Examples.run("inspekt", "model.pt"));
        assertThat(inspekt.status()).isEqualTo(Program.REFUSED);
        assertThat(inspekt.out()).isEmpty();
        assertThat(inspekt.err()).isEqualToNormalizingNewlines("""
                Examples: no program is named inspekt; these are there, the nearest first:
                  Inspect             what is in files of weights
                """ + OTHERS + """
                  Convert             one kind of file of weights to the other
                  Run                 an LSTM of a file, on a tensor of another
                  CompareBackends     the backends side by side, in two minutes
                  ComparePeers        PyTorch and ONNX Runtime from Python beside them
                  CompareLimits       how much of the processor's limit is reached
                  CompareProducts     a BLAS library alone, through panama-ffm, and vector
                  ColdStart           from the start of a process to its first result
                  Benchmarks          products, gates, packing, layers, training steps, streams under JMH
                  Report              the whole report as tables and as a page with charts, in an hour
                  Soak                eight callers at once for ten minutes
                """);
        for (String[] near : new String[][] {{"words", "WordStress"}, {"quickstrat", "QuickStart"}, {"peers", "ComparePeers"}, {"lstm-walkthrough", "LSTMWalkthrough"}, {"packing", "PackingWalkthrough"},
                {"Backends", "ListBackends"}, {"runn", "Run"}, {"bench", "Benchmarks"}}) {
            assertThat(Printed.by(() -> Examples.run(near[0])).err().lines().skip(1).findFirst()).as(near[0]).get().asString().startsWith("  " + near[1] + " ");
        }
        for (Examples.Example example : Examples.ALL) {
            assertThat(Printed.by(() -> Examples.run(example.name() + "x")).err().lines().skip(1).findFirst()).hasValue("" + example);
        }
    }

    @Test
    void withoutANameTheyAreListed() throws Exception {
        Printed list = Printed.by(Examples::run);
        assertThat(list.status()).isZero();
        assertThat(list.out()).startsWith(OTHERS).hasLineCount(Examples.ALL.size());
    }

    @Test
    void aNameMayBeInLettersOfEitherCaseAndAFileThatIsNotThereIsNamedInFull() throws Exception {
        Jvm jvm = Jvm.run(List.of(), Examples.class, "inspect", "models/model.pt");
        assertThat(jvm.lines()).containsExactly("Inspect: no such file: " + Path.of("models", "model.pt").toAbsolutePath());
        assertThat(jvm.status()).isEqualTo(Program.REFUSED);
    }

    @Test
    void whatAProgramWithoutOptionsIsRefusedIsALineToo() throws Exception {
        Jvm jvm = Jvm.run(List.of("-Dsluice.backend=quick"), Examples.class, "QuickStart");
        assertThat(jvm.lines()).containsExactly("QuickStart: backends: none is named quick; found: vector, panama-ffm, scalar");
        assertThat(jvm.status()).isEqualTo(Program.REFUSED);
    }

    @Test
    void exceptionsThatHoldOnlyAPathAreToldWithTheReason() {
        assertThat(Program.refusal(new UncheckedIOException(new NoSuchFileException("/a/b")))).hasValue("no such file: /a/b");
        assertThat(Program.refusal(new AccessDeniedException("/a/b"))).hasValue("access denied: /a/b");
        assertThat(Program.refusal(new FileAlreadyExistsException("/a/b"))).hasValue("not a folder: /a/b");
        assertThat(Program.refusal(new IOException("/a/b: the disk is full"))).hasValue("/a/b: the disk is full");
        assertThat(Program.refusal(new EOFException())).hasValue("java.io.EOFException");
    }

    @Command(name = "Faulty")
    private static final class Faulty implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new IllegalStateException("a fault");
        }
    }

    @Test
    void aFaultOfAProgramIsToldWithItsPlaceAndFailsTheBuild() throws Exception {
        Printed fault = Printed.by(() -> Program.run(new Faulty()));
        assertThat(fault.status()).isEqualTo(1);
        assertThat(fault.err()).startsWith("java.lang.IllegalStateException: a fault").contains("\tat " + Faulty.class.getName() + ".call(");
        assertThat(Program.refusal(new IllegalStateException("a fault"))).isEmpty();
    }
}
