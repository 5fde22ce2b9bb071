package dev.sluice.examples;

import dev.sluice.api.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What programs share: how they start and fail. Files are absolute from the first, so that every message says where they were looked for. */
final class Program {
    /** The exit status when what a program was given cannot be used, be it an argument, a file or a backend; the pom has Maven end quietly then. */
    static final int REFUSED = 2;

    private Program() {}

    /** The exit status: the program's own; {@link #REFUSED}, after a line that says why; 1 when the fault is the program's. */
    static int run(Callable<Integer> program, String... args) {
        CommandLine line = new CommandLine(program).registerConverter(Path.class, text -> Path.of(text).toAbsolutePath());
        line.setParameterExceptionHandler((e, _) -> refuse(e.getCommandLine().getCommandName(), e.getMessage() + suggestion(e) + "; --help shows what can be given"));
        line.setExecutionExceptionHandler((e, command, _) -> refuse(command.getCommandName(), refusal(e).orElseThrow(() -> e)));
        return line.execute(args);
    }

    static int refuse(String program, String why) {
        System.err.println(program + ": " + why);
        return REFUSED;
    }

    /** What is wrong with what a program was given; nothing if {@code thrown} is a fault of its own. */
    static Optional<String> refusal(Throwable thrown) {
        return switch (thrown) {
            case UncheckedIOException e -> refusal(e.getCause());
            case NoSuchFileException e -> Optional.of("no such file: " + e.getMessage());
            case AccessDeniedException e -> Optional.of("access denied: " + e.getMessage());
            case FileAlreadyExistsException e -> Optional.of("not a folder: " + e.getMessage());
            case IOException _, IllegalArgumentException _, BackendUnavailableException _ -> Optional.of(Objects.requireNonNullElse(thrown.getMessage(), thrown.toString()));
            default -> Optional.empty();
        };
    }

    private static String suggestion(ParameterException e) {
        return e instanceof UnmatchedArgumentException unknown && !unknown.getSuggestions().isEmpty() ? ", perhaps " + unknown.getSuggestions().getFirst() : "";
    }

    /** The path of a file, or a name that the system looks up. */
    static final class FileOrName implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            Path path = Path.of(text);
            return path.getNameCount() > 1 ? path.toAbsolutePath().toString() : text;
        }
    }

    /** Begins a chapter of a walkthrough. */
    static void title(String title) {
        IO.println("\n## " + title);
    }

    /** A value of the command line; what is wrong with it is told after {@code option}. */
    static <T> T of(String option, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(option + e.getMessage(), e);
        }
    }

    static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what + " is required");
        }
    }
}
