package dev.sluice.examples;

import dev.sluice.core.io.StoredTensor;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the tensors of one file to another, of another kind perhaps, as they are. */
@Command(name = "Convert", sortOptions = false, usageHelpAutoWidth = true, description = "Copies the tensors of one file to another, of the kind that its name tells; types and bits stay, and what the other kind cannot hold is left out, by name. "
        + "Metadata is copied where safetensors are read and written.")
public final class Convert implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FROM", description = "a file of safetensors or a checkpoint of PyTorch")
    private Path from;

    @Parameters(index = "1", paramLabel = "TO", description = ".pt or .pth for a state dictionary that torch.load reads, else safetensors")
    private Path to;

    @Option(names = "--prefix", description = "only tensors whose names begin so, and a dot; they lose it", defaultValue = "")
    private String prefix;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Convert() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when a file cannot be read or written or something is wrong with the arguments. */
    static int run(String... args) {
        return Program.run(new Convert(), args);
    }

    @Override
    public Integer call() throws IOException {
        try (TensorFile file = TensorFile.open(from)) {
            boolean keepsMetadata = file.format() == TensorFile.Format.SAFETENSORS && TensorFile.Format.of(to) == TensorFile.Format.SAFETENSORS;
            List<StoredTensor> tensors = new ArrayList<>(file.stored(prefix).values());
            List<StoredTensor> leftOut = tensors.stream().filter(tensor -> !TensorFile.Format.of(to).holds(tensor)).toList();
            tensors.removeAll(leftOut);
            Program.require(!tensors.isEmpty(), from + ": only " + leftOut + " are there; a tensor that " + TensorFile.Format.of(to) + " can hold");
            TensorFile.write(to, tensors, keepsMetadata ? file.metadata() : Map.of());
            leftOut.forEach(tensor -> System.out.println("left out: " + tensor + ", which " + TensorFile.Format.of(to) + " cannot hold" + tensor.refusal().map(reason -> "; " + reason).orElse("")));
            System.out.println(tensors.size() + " tensors from " + from + " (" + file.format() + ") to " + to + " (" + TensorFile.Format.of(to) + ")");
        }
        return 0;
    }
}
