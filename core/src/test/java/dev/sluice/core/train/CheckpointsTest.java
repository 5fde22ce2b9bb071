package dev.sluice.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.core.nn.Linear;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of checkpoints, as they are found on other people's machines. */
class CheckpointsTest {
    @TempDir
    private Path folder;

    private final Checkpoint checkpoint = new Checkpoint(Map.of()).with("model", new Linear(2, 1, new Generator(1)));

    private void save(Checkpoints checkpoints, int... numbers) throws IOException {
        for (int number : numbers) {
            checkpoints.save(checkpoint, number, Map.of("at", "" + number));
        }
    }

    private List<String> names() {
        return List.of(folder.toFile().list()).stream().sorted().toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "ar-EG", "bn-BD", "mr-IN", "my-MM", "en-US"})
    void theUsersDigitsNameNoFileAndThoseThatTheyOnceNamedAreFound(String language) throws IOException {
        Locale locale = Locale.forLanguageTag(language), before = Locale.getDefault();
        Checkpoints checkpoints = new Checkpoints(folder, 3);
        for (int number : new int[] {5, 30, 7}) {
            checkpoint.save(folder.resolve(String.format(locale, "%09d.safetensors", number)), Map.of("at", "" + number));
        }
        assertThat(checkpoints.all()).extracting(file -> file.getFileName().toString()).containsExactly(String.format(locale, "%09d.safetensors", 5),
                String.format(locale, "%09d.safetensors", 7), String.format(locale, "%09d.safetensors", 30));
        assertThat(checkpoint.restore(checkpoints.latest().orElseThrow())).containsEntry("at", "30");
        Locale.setDefault(locale);
        try {
            save(checkpoints, 30, 31);
        } finally {
            Locale.setDefault(before);
        }
        assertThat(checkpoints.latest()).hasValue(folder.resolve("000000031.safetensors"));
        assertThat(names()).hasSize(3).contains("000000030.safetensors", "000000031.safetensors");
        assertThat(checkpoints.all().get(1)).as("of one number, what was saved last comes last").isEqualTo(folder.resolve("000000030.safetensors"));
    }

    @Test
    void aTrainingGoesBackAndTheLatestIsTheOneThatWasSavedLast() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 3);
        save(checkpoints, 100, 200, 300);
        checkpoint.restore(checkpoints.all().getFirst());
        save(checkpoints, 150);
        assertThat(new Checkpoints(folder, 3).latest()).hasValue(folder.resolve("000000150.safetensors"));
        assertThat(names()).containsExactly("000000100.safetensors", "000000150.safetensors", "000000200.safetensors.aside", "000000300.safetensors.aside");
        save(checkpoints, 200, 300, 100);
        assertThat(checkpoints.latest()).hasValue(folder.resolve("000000100.safetensors"));
        assertThat(names()).as("nothing newer is lost").containsExactly("000000100.safetensors", "000000150.safetensors.aside", "000000200.safetensors.1.aside",
                "000000200.safetensors.aside", "000000300.safetensors.1.aside", "000000300.safetensors.aside");
        assertThat(checkpoint.restore(folder.resolve("000000300.safetensors.1.aside"))).containsEntry("at", "300");
    }

    @Test
    void aTrainingThatGoesBackAndCannotSaveHasLostNothing() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder, 3);
        save(checkpoints, 100, 200);
        assertThatThrownBy(() -> checkpoints.save(checkpoint, 150, Map.of("at", "\ud800"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(names()).containsExactly("000000100.safetensors", "000000200.safetensors");
        assertThatThrownBy(() -> checkpoints.save(checkpoint, -1, Map.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Checkpoints: number -1; one from 0 to 999999999 is required");
    }

    @Test
    void whatIsLeftOfKilledProcessesIsClearedAwayWhateverTheirNumber() throws IOException {
        String own = "" + ProcessHandle.current().pid();
        List<String> left = List.of("000000001.safetensors." + own + ".77.part", "000000001.safetensors.1.1.part", "000000002.safetensors.0123456789abcdef.part",
                "000000001.safetensors.99999999999999999999999.1.part", "٠٠٠٠٠٠٠٠٣.safetensors.7.8.part");
        List<String> others = List.of("notes.txt", "model.pt.1.1.part", "000000001.safetensors.part", "000000001.safetensors.٣.٤.part", "000000001.safetensors.x.y.part");
        for (String name : left) {
            Files.writeString(folder.resolve(name), "x");
        }
        for (String name : others) {
            Files.writeString(folder.resolve(name), "x");
        }
        Path inside = Files.createDirectories(folder.resolve("000000001.safetensors.5.5.part"));
        save(new Checkpoints(folder, 1), 3);
        assertThat(names()).doesNotContainAnyElementsOf(left).containsAll(others).contains("000000003.safetensors", inside.getFileName().toString());
    }

    /** Saves checkpoints into a folder that somebody else saves into, too. */
    static final class Saving {
        public static void main(String[] args) throws IOException {
            Checkpoints checkpoints = new Checkpoints(Path.of(args[0]), 3);
            Checkpoint checkpoint = new Checkpoint(Map.of()).with("model", new Linear(300, 300));
            for (int i = 0; i < 60; i++) {
                checkpoints.save(checkpoint, 5, Map.of("at", "" + i));
                checkpoint.restore(checkpoints.latest().orElseThrow());
            }
        }
    }

    @Test
    void severalProcessesMaySaveAtOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"), Saving.class.getName(),
                    folder.toString()).redirectErrorStream(true).start());
        }
        for (Process process : processes) {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(printed).isZero();
        }
        assertThat(names()).containsExactly("000000005.safetensors");
    }
}
