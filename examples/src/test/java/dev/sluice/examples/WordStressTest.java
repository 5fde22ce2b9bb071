package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.stress.StressData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job as a user runs it, on the smaller files. */
class WordStressTest {
    @TempDir
    private Path folder;

    private static Printed run(String input, String... args) {
        InputStream in = System.in;
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            return Printed.by(() -> WordStress.run(args));
        } finally {
            System.setIn(in);
        }
    }

    /** A small job: the words to tune on are those to learn from. */
    @BeforeEach
    void data() throws IOException {
        try (InputStream words = StressData.class.getResourceAsStream("stress-dev.tsv")) {
            List<String> lines = new String(words.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            write("stress-train.tsv", lines.subList(0, 2000));
            write("stress-dev.tsv", lines.subList(2000, 2200));
            write("stress-test.tsv", lines.subList(2200, 2500));
        }
    }

    private void write(String name, List<String> lines) throws IOException {
        Files.write(folder.resolve(name), lines);
    }

    @Test
    void learnsAndSaysSoInItsLastLine() {
        Printed run = run("", "--data", "" + folder, "--epochs", "6", "--hidden", "32");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("backend vector: SIMD of ").contains("2,000 words to learn from, 200 to tune on, 300 to test with; 39 phones")
                .contains("epoch 6  100 %").contains("predicted").contains("dictionary");
        assertThat(run.lastLine()).matches("test vowels \\d+\\.\\d\\d % words \\d+\\.\\d\\d % training \\d+\\.\\d s");
        assertThat(Double.parseDouble(run.lastLine().split(" ")[2])).as("better than always guessing the commonest pattern (64.5)").isGreaterThan(75);
    }

    @Test
    void everyExactBackendGivesTheSameScores() {
        String[] args = {"--data", "" + folder, "--epochs", "2", "--hidden", "24", "--seed", "5", "--backend", "scalar"};
        String scalar = run("", args).lastLine();
        args[args.length - 1] = "vector";
        assertThat(run("", args).lastLine().replaceAll(" training.*", "")).isEqualTo(scalar.replaceAll(" training.*", "")).contains("vowels");
    }

    @Test
    void theSameSeedGivesTheSameScoresWithAnyNumberOfThreads() {
        String[] args = {"--data", "" + folder, "--epochs", "1", "--hidden", "20", "--layers", "2", "--seed", "3", "--threads", "1"};
        String expected = scores(run("", args));
        for (String threads : new String[] {"1", "2", "3"}) {
            args[args.length - 1] = threads;
            assertThat(scores(run("", args))).as(threads + " threads").isEqualTo(expected);
        }
        args[9] = "4";
        assertThat(scores(run("", args))).as("another seed").isNotEqualTo(expected);
    }

    /** Every line with what depends on time cut out. */
    private static String scores(Printed run) {
        assertThat(run.status()).as(run.err()).isZero();
        return String.join("\n", run.out().lines().skip(2).map(line -> line.replaceAll("\\d+(\\.\\d)? s\\b|[\\d,]+ words/s", "")).toList());
    }

    @Test
    void aSavedModelPredictsFromTheCommandLineAndFromStandardInput() {
        Path model = folder.resolve("stress.safetensors");
        Printed training = run("", "--data", "" + folder, "--epochs", "2", "--hidden", "16", "--forward-only", "--model", "" + model);
        assertThat(training.status()).as(training.err()).isZero();
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        Printed one = run("", "--model", "" + model, "--predict", "HH", "EY", "V", "AH", "N");
        assertThat(one.out()).containsPattern("[012]");
        assertThat(one.out().replaceAll("[012]", "")).isEqualToIgnoringNewLines("HH EY V AH N");
        Printed two = run("HH EY V AH N\n\nK AE T\n", "--model", "" + model, "--predict");
        assertThat(two.out().lines()).hasSize(2).first().isEqualTo(one.out().strip());
        Printed unknown = run("", "--model", "" + model, "--predict", "QQ");
        assertThat(unknown.status()).isEqualTo(Program.REFUSED);
        assertThat(unknown.err()).startsWith("WordStress: phone \"QQ\" is unknown; known are AA AE AH AO ");
    }

    @Test
    void filesThatAreNoModels() throws IOException {
        Path model = folder.resolve("model");
        assertError("no such file: " + model, "--model", "" + model, "--predict", "AA");
        Files.writeString(model, "hello, this is no model");
        assertError(model + ": it begins neither as safetensors do nor as a checkpoint of PyTorch", "--model", "" + model, "--predict", "AA");
        run("", "--data", "" + folder, "--epochs", "1", "--hidden", "4", "--model", "" + model);
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(whole, whole.length - 4));
        assertError(model + ": tensor \"head.bias\" has data_offsets 9984 to 10000 in 9996 bytes of data", "--model", "" + model, "--predict", "AA");
    }

    private void assertError(String message, String... args) {
        Printed run = run("", args);
        assertThat(run.err().lines()).as(run.out()).containsExactly("WordStress: " + message);
        assertThat(run.status()).isEqualTo(Program.REFUSED);
    }

    @Test
    void malformedDataNamesTheFileAndTheLine() throws IOException {
        String file = folder.resolve("stress-train.tsv").toString();
        String[] args = {"--data", "" + folder};
        write("stress-train.tsv", List.of("K AE T\t- 1 -\tCAT", "K AE T\t- 1 -"));
        assertError(file + " line 2: 2 columns; phones, tags and spelling are required, separated by tabs", args);
        write("stress-train.tsv", List.of("K AE T\t- 1\tCAT"));
        assertError(file + " line 1: 3 phones and 2 tags; one tag for each phone, and at least one, is required", args);
        write("stress-train.tsv", List.of("K AE T\t- 3 -\tCAT"));
        assertError(file + " line 1: tag \"3\"; - or 0, 1, 2 is required", args);
        write("stress-train.tsv", List.of("K AE T\t- 1 -\tCAT"));
        Printed unknown = run("", args);
        assertThat(unknown.err()).startsWith("WordStress: " + folder.resolve("stress-dev.tsv") + " line 1: phone \"").contains("is unknown; known are AE K T");
        Files.write(folder.resolve("stress-train.tsv"), new byte[0]);
        assertError(file + " line 1: the file is empty; at least one word is required", args);
        Files.write(folder.resolve("stress-train.tsv"), new byte[] {'K', (byte) 0xff, '\n'});
        assertError(file + " line 1: not UTF-8, here or shortly after", args);
        Files.delete(folder.resolve("stress-train.tsv"));
        assertError("no such file: " + file, args);
    }

    @Test
    void optionsThatCannotBe() {
        assertError("--epochs 0: at least 1 is required", "--epochs", "0");
        assertError("--threads 0: at least 1 is required", "--threads", "0");
        assertError("--model " + folder + ": it is a folder; a file is required", "--model", "" + folder);
        assertError("the loss of epoch 1 is not a number; a smaller --lr than 1.0E30 may help", "--lr", "1e30", "--data", "" + folder);
        assertError("--lr -1.0: a positive number is required", "--lr", "-1");
        assertError("--predict needs --model FILE, the model to load", "--predict");
        assertError("phones are only tagged with --predict: K AE T", "K", "AE", "T");
        assertError("--model " + folder.resolve("none/model") + ": its folder is missing or not writable", "--model", "" + folder.resolve("none/model"));
        assertError("Unknown option: '--epoch', perhaps --epochs; --help shows what can be given", "--epoch", "1");
        assertError("backends: none is named quick; found: vector, panama-ffm, scalar", "--backend", "quick", "--data", "" + folder);
    }

    @Test
    void aTrainingGoesOnFromItsLastCheckpoint() {
        String[] whole = {"--data", "" + folder, "--hidden", "8", "--epochs", "4", "--patience", "2"};
        String[] resumable = {"--data", "" + folder, "--hidden", "8", "--patience", "2", "--checkpoints", folder + "/checkpoints", "--every", "7"};
        Printed first = run("", with(resumable, "--epochs", "2", "--resume"));
        assertThat(first.out()).as(first.err()).contains("no checkpoint in " + folder + "/checkpoints yet; begins anew");
        Printed second = run("", with(resumable, "--epochs", "4", "--resume"));
        assertThat(second.out()).contains("goes on from " + folder + "/checkpoints/000000064.safetensors").doesNotContain("epoch 2 ");
        assertThat(second.lastLine().replaceAll("[.\\d]+ s$", "")).isEqualTo(run("", whole).lastLine().replaceAll("[.\\d]+ s$", ""));
        assertError("--checkpoints " + folder + "/checkpoints: there are checkpoints of an earlier training; add --resume to go on with it, or give another folder", resumable);
        assertError(folder + "/checkpoints/000000128.safetensors: it is a checkpoint of another training: lr is 0.003 there, 0.1 here", with(resumable, "--resume", "--lr", "0.1"));
        assertError("--resume needs --checkpoints FOLDER, where to go on from", "--resume");
    }

    @Test
    void aTrainingGoesOnWhereDigitsAreOthers() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa-IR"));
        try {
            String[] args = {"--data", "" + folder, "--hidden", "4", "--checkpoints", folder + "/checkpoints", "--every", "5", "--resume"};
            assertThat(run("", with(args, "--epochs", "1")).out()).contains("2,000 words to learn from, 200 to tune on, 300 to test with; 39 phones");
            assertThat(run("", with(args, "--epochs", "2")).out()).contains("goes on from " + folder + "/checkpoints/000000032.safetensors", "epoch 2  100 %");
            assertThat(folder.resolve("checkpoints").toFile().list()).hasSize(3);
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void aCheckpointThatCannotBeWrittenEndsTheTrainingOnlyIfAsked() throws IOException {
        Path checkpoints = folder.resolve("checkpoints");
        Files.createDirectories(checkpoints.resolve("000000020.safetensors/in the way"));
        String[] args = {"--data", "" + folder, "--hidden", "8", "--epochs", "1", "--checkpoints", "" + checkpoints, "--every", "10"};
        Printed stopped = run("", with(args, "--if-not-saved", "STOP"));
        assertThat(stopped.status()).isEqualTo(Program.REFUSED);
        assertThat(stopped.err()).contains("WordStress: ", "000000020.safetensors").doesNotContain("\tat ");
        Printed wentOn = run("", with(args, "--resume"));
        assertThat(wentOn.status()).as(wentOn.err()).isZero();
        assertThat(wentOn.err()).contains("checkpoint 20 was not saved: ", "000000020.safetensors cannot be written: ", "; what was there before is untouched; the training goes on");
        assertThat(wentOn.out()).contains("goes on from " + checkpoints + "/000000010.safetensors");
    }
}
