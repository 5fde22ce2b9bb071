package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.LSTMState;
import dev.sluice.core.Layout;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Padded;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs an LSTM whose weights are in a file. */
@Command(name = "Run", sortOptions = false, usageHelpAutoWidth = true, description = "Finds an LSTM in a file of weights by its parameters' names and shapes, runs it on the tensor \"input\" of another file, "
        + "and writes \"output\", \"h_n\" and \"c_n\".")
public final class Run implements Callable<Integer> {
    @Option(names = "--weights", required = true, paramLabel = "FILE", description = "safetensors, or a checkpoint of PyTorch")
    private Path weights;

    @Option(names = "--prefix", description = "what stands before the dot in the LSTM's names there, such as encoder.lstm; nothing unless given", defaultValue = "")
    private String prefix;

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "has \"input\" [steps, batch, size] or [steps, size], and perhaps \"h_0\", \"c_0\" and \"lengths\"")
    private Path input;

    @Option(names = "--lengths", paramLabel = "FILE", description = "has \"lengths\", the steps of each sequence, if --input has not; what is beyond them is neither read nor written")
    private Path lengths;

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "is written: .pt or .pth for PyTorch, else safetensors")
    private Path output;

    @Option(names = "--batch-first", description = "input and output are [batch, steps, size]")
    private boolean batchFirst;

    @Mixin
    private ChosenBackend chosen;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    /** For the command line. */
    public Run() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when something is wrong with a file, the backend or the arguments. */
    static int run(String... args) {
        return Program.run(new Run(), args);
    }

    @Override
    public Integer call() throws IOException {
        try (Workers workers = chosen.workers(); TensorFile file = TensorFile.open(weights); TensorFile in = TensorFile.open(input)) {
            Backend backend = chosen.on(workers);
            LSTM lstm = LSTM.of(file.shapes(prefix)).zeros().batchFirst(batchFirst).backend(backend).build();
            file.load(lstm, prefix);
            lstm.eval();
            Map<String, Tensor> results = Inference.of(() -> run(lstm, in));
            TensorFile.write(output, results);
            report(backend, lstm, in, results);
        }
        return 0;
    }

    private Map<String, Tensor> run(LSTM lstm, TensorFile in) throws IOException {
        Tensor x = in.tensor("input");
        Program.require(in.stored().containsKey("h_0") == in.stored().containsKey("c_0"), input + ": \"h_0\" and \"c_0\", or neither of them,");
        LSTMState first = in.stored().containsKey("h_0") ? new LSTMState(in.tensor("h_0"), in.tensor("c_0")) : null;
        int[] steps = lengths(in);
        Map<String, Tensor> results = new LinkedHashMap<>();
        LSTMState last;
        if (steps == null) {
            LSTMResult<Tensor> result = lstm.forward(x, first);
            results.put("output", result.output());
            last = result.state();
        } else {
            Layout layout = batchFirst ? Layout.BATCH_FIRST : Layout.SEQUENCE_FIRST;
            LSTMResult<PackedSequence> result = lstm.forward(new Padded(x, steps, layout).pack(), first);
            results.put("output", result.output().pad(layout, 0f, x.size(batchFirst ? 1 : 0)).data());
            last = result.state();
        }
        results.put("h_n", last.h());
        results.put("c_n", last.c());
        return results;
    }

    private int[] lengths(TensorFile in) throws IOException {
        if (lengths == null) {
            return in.stored().containsKey("lengths") ? in.stored().get("lengths").toInts() : null;
        }
        try (TensorFile file = TensorFile.open(lengths)) {
            Program.require(file.stored().containsKey("lengths"), lengths + ": a tensor \"lengths\"");
            return file.stored().get("lengths").toInts();
        }
    }

    private void report(Backend backend, LSTM lstm, TensorFile in, Map<String, Tensor> results) {
        System.out.println(lstm + " from " + weights + (prefix.isEmpty() ? "" : ", " + prefix) + ", on " + backend.name());
        lstm.namedParameters().forEach((name, parameter) -> System.out.printf(Locale.ROOT, "  %-24s %s%n", name, parameter.shape()));
        System.out.println("read " + input);
        in.stored().values().forEach(tensor -> System.out.printf(Locale.ROOT, "  %-24s %s%n", tensor.name(), tensor.form()));
        System.out.println("wrote " + output);
        results.forEach((name, tensor) -> System.out.printf(Locale.ROOT, "  %-24s %s%n", name, tensor.shape()));
    }
}
