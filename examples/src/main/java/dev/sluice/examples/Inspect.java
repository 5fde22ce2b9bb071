package dev.sluice.examples;

import dev.sluice.core.io.StoredTensor;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints what is in files of weights. */
@Command(name = "Inspect", sortOptions = false, usageHelpAutoWidth = true, description = "Prints the tensors in files of safetensors and checkpoints of PyTorch: names, types, shapes, bytes; "
        + "and the texts beside them. Nothing in a file is executed.")
public final class Inspect implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE", description = ".safetensors, .pt, .pth; which it is, is detected from its content")
    private List<Path> files;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Inspect() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when a file cannot be read or something is wrong with the arguments. */
    static int run(String... args) {
        return Program.run(new Inspect(), args);
    }

    @Override
    public Integer call() throws IOException {
        for (Path path : files) {
            try (TensorFile file = TensorFile.open(path)) {
                System.out.println(path + ": " + file.format());
                int width = file.stored().keySet().stream().mapToInt(String::length).reduce(1, Math::max); // a tensor that was saved alone has no name
                long bytes = 0;
                for (StoredTensor tensor : file.stored().values()) {
                    System.out.printf(Locale.ROOT, "  %-" + width + "s  %-4s %,15d bytes  %s%s%n", tensor.name(), tensor.typeName(), tensor.byteSize(), Arrays.toString(tensor.sizes()),
                            tensor.refusal().map(reason -> "  cannot be read: " + reason).orElse(""));
                    bytes += tensor.byteSize();
                }
                file.metadata().forEach((key, text) -> System.out.println("  " + key + " = " + text));
                System.out.printf(Locale.ROOT, "  %d tensors, %,d bytes%n", file.stored().size(), bytes);
            }
        }
        return 0;
    }
}
