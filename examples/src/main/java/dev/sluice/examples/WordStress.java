package dev.sluice.examples;

import dev.sluice.api.Backend;
import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.core.train.Checkpoint;
import dev.sluice.core.train.Checkpoints;
import dev.sluice.core.train.EarlyStopping;
import dev.sluice.examples.stress.Progress;
import dev.sluice.examples.stress.StressCheckpoints;
import dev.sluice.examples.stress.StressData;
import dev.sluice.examples.stress.StressModel;
import dev.sluice.examples.stress.StressScore;
import dev.sluice.examples.stress.StressTagger;
import dev.sluice.examples.stress.StressTraining;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Learns where English words carry their stress, tests what it has learnt, and uses it. */
@Command(name = "WordStress", sortOptions = false, usageHelpAutoWidth = true,
        description = "Trains a BiLSTM to find the stress of English words from their phones, on words of different lengths without padding.")
public final class WordStress implements Callable<Integer> {
    private static final int WORDS_TO_SHOW = 8;
    private static final int CHECKPOINTS_TO_KEEP = 3;

    @Option(names = "--epochs", description = "passes over the training words; 5 unless given", defaultValue = "5")
    private int epochs;

    @Option(names = "--hidden", description = "size of the LSTM in each direction; 64 unless given", defaultValue = "64")
    private int hidden;

    @Option(names = "--embedding", description = "size of a phone's vector; 32 unless given", defaultValue = "32")
    private int embedding;

    @Option(names = "--layers", description = "layers of the LSTM; 1 unless given", defaultValue = "1")
    private int layers;

    @Option(names = "--batch", description = "words per batch; 64 unless given", defaultValue = "64")
    private int batch;

    @Option(names = "--lr", description = "learning rate of Adam; 0.003 unless given", defaultValue = "0.003")
    private double learningRate;

    @Option(names = "--seed", description = "seed of the first weights and of the order of words; 0 unless given", defaultValue = "0")
    private long seed;

    @Option(names = "--forward-only", description = "an LSTM that reads only from the beginning")
    private boolean forwardOnly;

    @Mixin
    private ChosenBackend chosen;

    @Option(names = "--data", description = "folder with stress-train.tsv, stress-dev.tsv, stress-test.tsv; without it the words that come with the program")
    private Path data;

    @Option(names = "--model", description = "file to save the trained model in, or to predict with")
    private Path model;

    @Option(names = "--checkpoints", paramLabel = "FOLDER", description = "where the training saves itself as it goes, the last three times")
    private Path checkpoints;

    @Option(names = "--every", paramLabel = "BATCHES", description = "how often it does, beside after each epoch; 100 unless given", defaultValue = "100")
    private int every;

    @Option(names = "--resume", description = "goes on from the last checkpoint in --checkpoints as if it had never stopped, if there is one")
    private boolean resume;

    @Option(names = "--if-not-saved", description = "what to do when a checkpoint cannot be written: ${COMPLETION-CANDIDATES}; GO_ON unless given", defaultValue = "GO_ON")
    private StressCheckpoints.IfNotSaved ifNotSaved;

    @Option(names = "--patience", paramLabel = "EPOCHS", description = "stops after so many epochs without a better score on the words to tune on, and keeps the best model")
    private Integer patience;

    @Option(names = "--predict", description = "load the model instead of training, and tag phones from the command line or, a word a line, from standard input")
    private boolean predict;

    @Option(names = {"-h", "--help"}, description = "shows this", usageHelp = true)
    private boolean help;

    @Parameters(description = "with --predict: the phones of one word, such as K AA N T EH S T")
    private List<String> phones = List.of();

    /** For the command line. */
    public WordStress() {}

    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** The exit status: 0, or 2 when something is wrong with a file, the backend or the arguments. */
    static int run(String... args) {
        return Program.run(new WordStress(), args);
    }

    @Override
    public Integer call() throws IOException {
        check();
        try (Workers workers = chosen.workers()) {
            Backend backend = chosen.on(workers);
            return Backends.use(backend, () -> predict ? predict() : train(backend));
        }
    }

    private void check() {
        requireAtLeastOne("--epochs", epochs);
        requireAtLeastOne("--hidden", hidden);
        requireAtLeastOne("--embedding", embedding);
        requireAtLeastOne("--layers", layers);
        requireAtLeastOne("--batch", batch);
        requireAtLeastOne("--every", every);
        requireAtLeastOne("--patience", patience == null ? 1 : patience);
        require(!resume || checkpoints != null, "--resume needs --checkpoints FOLDER, where to go on from");
        require(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY, "--lr " + learningRate + ": a positive number is required");
        require(!predict || model != null, "--predict needs --model FILE, the model to load");
        require(predict || phones.isEmpty(), "phones are only tagged with --predict: " + String.join(" ", phones));
        require(predict || model == null || Files.isWritable(model.toAbsolutePath().getParent()), "--model " + model + ": its folder is missing or not writable");
        require(model == null || !Files.isDirectory(model), "--model " + model + ": it is a folder; a file is required");
    }

    private void requireAtLeastOne(String option, int value) {
        require(value >= 1, option + " " + value + ": at least 1 is required");
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private int train(Backend backend) throws IOException {
        System.out.println("backend " + backend.name() + ": " + backend.description());
        StressData words = data == null ? StressData.included() : StressData.read(data);
        System.out.printf(Locale.ROOT, "%,d words to learn from, %,d to tune on, %,d to test with; %d phones%n", words.train().size(), words.dev().size(),
                words.test().size(), words.phones().count());
        Generator random = new Generator(seed);
        StressTagger.Sizes sizes = new StressTagger.Sizes(words.phones().count(), embedding, hidden, layers, forwardOnly);
        StressTagger tagger = new StressTagger(sizes, random);
        StressTraining training = new StressTraining(tagger, words.train(), batch, learningRate, random);
        StressTagger best = patience == null ? null : new StressTagger(sizes, new Generator(0));
        EarlyStopping early = new EarlyStopping(patience == null ? Integer.MAX_VALUE : patience);
        StressCheckpoints saving = checkpoints == null ? null : saving(training, best, early, words);
        double seconds = 0;
        for (int epoch = training.epochs() + 1; epoch <= epochs && !early.isOver(); epoch++) {
            double loss;
            long begin = System.nanoTime();
            try (Progress progress = new Progress("epoch " + epoch, words.train().size())) {
                loss = training.epoch((seen, mean) -> {
                    progress.batchDone(seen, mean);
                    if (saving != null) {
                        saving.batchDone();
                    }
                });
            }
            double took = (System.nanoTime() - begin) / 1e9;
            if (Double.isNaN(loss)) {
                throw new IOException("the loss of epoch " + epoch + " is not a number; a smaller --lr than " + learningRate + " may help");
            }
            seconds += took;
            StressScore score = StressScore.of(tagger, words.dev());
            System.out.printf(Locale.ROOT, "epoch %d  loss %.4f  %.1f s  dev %s%n", epoch, loss, took, score);
            if (early.update(score.words()) && best != null) {
                best.load(tagger.namedParameters());
            }
            if (saving != null) {
                saving.save();
            }
        }
        if (best != null) {
            tagger.load(best.namedParameters());
        }
        tagger.eval();
        StressModel trained = new StressModel(words.phones(), sizes, tagger);
        words.test().stream().limit(WORDS_TO_SHOW).map(trained::compare).forEach(System.out::println);
        if (model != null) {
            trained.save(model);
            System.out.println("saved " + model + "; use it with --model " + model + " --predict PHONES");
        }
        System.out.printf(Locale.ROOT, "test %s training %.1f s%n", StressScore.of(tagger, words.test()), seconds);
        return 0;
    }

    /** Where the training saves itself; it goes on from there if that was asked for. */
    private StressCheckpoints saving(StressTraining training, StressTagger best, EarlyStopping early, StressData words) throws IOException {
        Checkpoint checkpoint = training.checkpoint(Map.of("words", "" + words.train().size(), "phones", "" + words.phones().count(), "embedding", "" + embedding, "hidden", "" + hidden,
                "layers", "" + layers, "forward-only", "" + forwardOnly, "batch", "" + batch, "lr", "" + learningRate, "seed", "" + seed, "patience", "" + patience)).with("early", early);
        if (best != null) {
            checkpoint.with("best", best);
        }
        Checkpoints folder = new Checkpoints(checkpoints, CHECKPOINTS_TO_KEEP);
        if (!resume && folder.latest().isPresent()) {
            throw new IllegalArgumentException("--checkpoints " + checkpoints + ": there are checkpoints of an earlier training; add --resume to go on with it, or give another folder");
        }
        StressCheckpoints saving = new StressCheckpoints(folder, checkpoint, every, ifNotSaved);
        if (resume) {
            System.out.println(saving.resume().map(from -> "goes on from " + from).orElse("no checkpoint in " + checkpoints + " yet; begins anew"));
        }
        return saving;
    }

    private int predict() throws IOException {
        StressModel trained = StressModel.load(model);
        if (!phones.isEmpty()) {
            System.out.println(trained.predict(String.join(" ", phones)));
            return 0;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                System.out.println(trained.predict(line));
            }
        }
        return 0;
    }
}
