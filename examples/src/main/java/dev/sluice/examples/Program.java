package dev.sluice.examples;

import dev.sluice.api.BackendUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;

/** What programs with options share: how they start and fail. */
final class Program {
    private Program() {}

    /** The exit status: the program's own, 1 when a file, a backend or a value is not what it must be, 2 when the arguments cannot be read. */
    static int run(Callable<Integer> program, String... args) {
        CommandLine line = new CommandLine(program);
        line.setExecutionExceptionHandler((thrown, command, _) -> {
            Exception e = thrown instanceof UncheckedIOException wrapped ? wrapped.getCause() : thrown;
            if (e instanceof IOException || e instanceof IllegalArgumentException || e instanceof BackendUnavailableException) {
                command.getErr().println(command.getCommandName() + ": " + (e instanceof NoSuchFileException ? "no such file: " : "") + e.getMessage());
                return 1;
            }
            throw e;
        });
        return line.execute(args);
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
