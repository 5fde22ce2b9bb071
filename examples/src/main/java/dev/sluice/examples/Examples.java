package dev.sluice.examples;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Starts a program by its name, with the arguments that follow; without a name it lists all there are. */
public final class Examples {
    static final List<Example> ALL = List.of(
            new Example(WordStress.class, "learns where English words carry their stress, and predicts it"),
            new Example(Serve.class, "answers over HTTP where words carry their stress"),
            new Example(QuickStart.class, "the first lines of the README"),
            new Example(LSTMWalkthrough.class, "an LSTM from its first batch to a module that keeps its state"),
            new Example(PackingWalkthrough.class, "sequences of different lengths: padding, packing, back to a list"),
            new Example(ListBackends.class, "which backends are there, and which one is in use"),
            new Example(Inspect.class, "what is in files of weights"),
            new Example(Convert.class, "one kind of file of weights to the other"),
            new Example(Run.class, "an LSTM of a file, on a tensor of another"),
            new Example(CompareBackends.class, "the backends side by side, in two minutes"),
            new Example(ComparePeers.class, "PyTorch and ONNX Runtime from Python beside them"),
            new Example(CompareLimits.class, "how much of the processor's limit is reached"),
            new Example(CompareProducts.class, "a BLAS library alone, through panama-ffm, and vector"),
            new Example(ColdStart.class, "from the start of a process to its first result"),
            new Example(Benchmarks.class, "products, gates, packing, layers, training steps, streams under JMH"),
            new Example(Report.class, "the whole report as tables and as a page with charts, in an hour"),
            new Example(Soak.class, "eight callers at once for ten minutes"));

    /**
     * A program.
     *
     * @param main has its main method
     * @param what it does or shows
     */
    record Example(Class<?> main, String what) {
        String name() {
            return main.getSimpleName();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "  %-18s  %s", name(), what);
        }
    }

    private Examples() {}

    /**
     * @param args a name, in letters of either case, and what the program is given
     */
    public static void main(String[] args) throws Exception {
        int status = run(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** The exit status, where the program does not end the process with its own: 0, or {@link Program#REFUSED}. */
    static int run(String... args) throws Exception {
        if (args.length == 0) {
            ALL.forEach(System.out::println);
            return 0;
        }
        Example nearest = ALL.stream().max(Comparator.comparingInt((Example example) -> likeness(example.name(), args[0])).thenComparing(example -> -example.name().length())).orElseThrow();
        if (!nearest.name().equalsIgnoreCase(args[0])) {
            Program.refuse("Examples", "no program is named " + args[0] + "; these are there, the nearest first:");
            Stream.concat(Stream.of(nearest), ALL.stream().filter(example -> example != nearest)).forEach(System.err::println);
            return Program.REFUSED;
        }
        try {
            nearest.main().getMethod("main", String[].class).invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
            return 0;
        } catch (InvocationTargetException e) {
            return Program.refuse(nearest.name(), Program.refusal(e.getCause()).orElseThrow(() -> e));
        }
    }

    /** How many letters two names have in common, in the same order. */
    private static int likeness(String name, String given) {
        String a = name.toLowerCase(Locale.ROOT), b = given.toLowerCase(Locale.ROOT);
        int[][] common = new int[a.length() + 1][b.length() + 1]; // of the first letters of each
        for (int i = 1; i <= a.length(); i++) {
            for (int k = 1; k <= b.length(); k++) {
                common[i][k] = a.charAt(i - 1) == b.charAt(k - 1) ? common[i - 1][k - 1] + 1 : Math.max(common[i - 1][k], common[i][k - 1]);
            }
        }
        return common[a.length()][b.length()];
    }
}
