package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.benchmark.Limits;
import dev.sluice.examples.benchmark.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table and the guard, measured too briefly to mean anything. */
class CompareBackendsTest {
    @TempDir
    private Path folder;

    @Test
    void everyBackendHasALineForEachShapeAndPass() throws Exception {
        Path file = folder.resolve("guard.json");
        List<String> lines = Printed.by(() -> CompareBackends.run("--rounds", "1", "--warm-up", "0.01", "--seconds", "0.01", "--store", "" + file)).out().lines().toList();
        assertThat(lines).hasSize(1 + 4 * 2 * 3 + 1);
        for (String backend : List.of("vector", "panama-ffm", "scalar")) {
            assertThat(lines).anyMatch(line -> line.matches("packed-words +training +" + backend + " +[\\d.]+ µs +[\\d.]+ GFLOP/s +[\\d.]+ % +[\\d.]+ +\\([\\d.]+ … [\\d.]+\\)"));
        }
        assertThat(lines.subList(1, 25)).allMatch(line -> line.length() <= 100);
        assertThat(lines.getLast()).isEqualTo("stored 8 ratios for " + Limits.lanes() + " lanes in " + file);
        assertThat(Files.readString(file)).contains("\"" + Limits.lanes() + " lanes\"", "\"medium training\"", "\"lowest\"");
    }

    @Test
    void theGuardNamesWhatHasFallenAndFailsWhereItIsMoreThanHalf() throws Exception {
        assertThat(guarded(5.8, 6, 6.2)).containsExactly("guard: nothing has fallen", "0");
        assertThat(guarded(5, 5.2, 5.3)).containsExactly("guard: medium forward: vector is 5.20 times as fast as scalar (at most 5.30); it was 6.00 (at least 5.50)", "guard: 1 of 1 have fallen", "0");
        assertThat(guarded(0.1, 0.2, 0.3)).containsExactly("guard: medium forward: vector is 0.20 times as fast as scalar (at most 0.30); it was 6.00 (at least 5.50), more than twice as much",
                "guard: 1 of 1 have fallen, some by more than half", "1");
        Path none = Files.writeString(folder.resolve("none.json"), "{}");
        assertThat(guarded(none, 1)).first().asString().startsWith("guard: nothing is stored for " + Limits.lanes() + " lanes in " + none);
    }

    private List<String> guarded(double... ratios) throws IOException {
        return guarded(Files.writeString(folder.resolve("guard.json"), "{\"" + Limits.lanes() + " lanes\": {\"medium forward\": {\"median\": 6.0, \"lowest\": 5.5}}}"), ratios);
    }

    /** What the guard prints when these are how many times as fast vector is, and the exit status. */
    private static List<String> guarded(Path file, double... ratios) throws IOException {
        Printed printed = Printed.by(() -> CompareBackends.holds(file, Map.of("medium forward", new Series(ratios))) ? 0 : 1);
        return Stream.concat(printed.out().lines(), Stream.of("" + printed.status())).toList();
    }

    @Test
    void aFileThatIsInAnotherFolderIsMissedBeforeAnythingIsMeasured() throws Exception {
        Path none = Path.of("none", "guard.json").toAbsolutePath();
        assertThat(refused("--guard", "none/guard.json")).containsExactly("CompareBackends: --guard " + none + ": there is no such file; one that --store FILE wrote is required");
        assertThat(refused("--store", "none/guard.json")).containsExactly("CompareBackends: --store " + none + ": its folder is missing; one that is there is required");
    }

    private static List<String> refused(String... args) {
        Printed printed = Printed.by(() -> CompareBackends.run(args));
        assertThat(printed.status()).isEqualTo(Program.REFUSED);
        return printed.err().lines().toList();
    }

    @Test
    void whatIsMeasuredInTurnIsComparedRoundByRound() throws IOException {
        double[] a = {3, 1, 2}, b = {1, 1, 4};
        int[] round = new int[2];
        List<Series> series = Series.inTurn(List.of(() -> a[round[0]++], () -> b[round[1]++]), 3, () -> {});
        assertThat(series.getFirst().median()).isEqualTo(2);
        assertThat(series.getFirst().over(series.getLast())).isEqualTo(new Series(3, 1, 0.5));
        assertThat(series.getLast().highest()).isEqualTo(4);
        assertThat(series.getLast().lowest()).isEqualTo(1);
    }
}
