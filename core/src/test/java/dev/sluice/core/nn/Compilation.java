package dev.sluice.core.nn;

import com.fasterxml.jackson.core.JsonFactory;
import dev.sluice.api.tensor.Tensor;
import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** What the compiler says of a user's sources, with core on the module path: the file, and the first line of each error. */
record Compilation(List<String> errors) {
    /** Core, and what it requires. */
    static Path[] modulePath() {
        return Stream.of(Tensor.class, Module.class, JsonFactory.class).map(Compilation::origin).toArray(Path[]::new);
    }

    private static Path origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param classes the folder that they go to
     * @param sources by the names of the files
     */
    static Compilation of(Path classes, Map<String, String> sources, String... options) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        List<String> all = new ArrayList<>(List.of("-d", classes.toString(), "-p", String.join(File.pathSeparator, Stream.of(modulePath()).map(Path::toString).toList())));
        all.addAll(List.of(options));
        compiler.getTask(null, null, diagnostics, all, null, sources.entrySet().stream().map(e -> new Source(e.getKey(), e.getValue())).toList()).call();
        return new Compilation(diagnostics.getDiagnostics().stream().map(d -> d.getSource().getName().substring(1) + ": " + d.getMessage(Locale.ROOT).lines().findFirst().orElseThrow()).toList());
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
