package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.benchmark.Limits;
import dev.sluice.examples.benchmark.Series;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table and the guard, measured too briefly to mean anything. */
class CompareBackendsTest {
    @TempDir
    private Path folder;

    private record Run(int status, List<String> lines) {}

    private static Run run(String... args) {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            int status = CompareBackends.run(Stream.concat(Stream.of("--rounds", "2", "--warm-up", "0.02", "--seconds", "0.01"), Stream.of(args)).toArray(String[]::new));
            return new Run(status, printed.toString(StandardCharsets.UTF_8).lines().toList());
        } finally {
            System.setOut(out);
        }
    }

    @Test
    void everyBackendHasALineForEachShapeAndPass() {
        List<String> lines = run().lines;
        assertThat(lines).hasSize(1 + 4 * 2 * 3);
        for (String backend : List.of("vector", "panama-ffm", "scalar")) {
            assertThat(lines).anyMatch(line -> line.matches("packed-words +training +" + backend + " +[\\d.]+ µs +[\\d.]+ GFLOP/s +[\\d.]+ % +[\\d.]+ +\\([\\d.]+ … [\\d.]+\\)"));
        }
        assertThat(lines).allMatch(line -> lines.indexOf(line) == 0 || line.length() <= 100);
    }

    @Test
    void theGuardNamesWhatHasFallenAndFailsWhereItIsMoreThanHalf() throws IOException {
        Path file = folder.resolve("guard.json");
        assertThat(run("--store", "" + file).lines).last().asString().isEqualTo("stored 8 ratios for " + Limits.lanes() + " lanes in " + file);
        Files.writeString(file, stored(0.001));
        assertThat(run("--guard", "" + file)).satisfies(run -> {
            assertThat(run.status).isZero();
            assertThat(run.lines.getLast()).isEqualTo("guard: nothing has fallen");
        });
        Files.writeString(file, stored(1e6));
        assertThat(run("--guard", "" + file)).satisfies(run -> {
            assertThat(run.status).isEqualTo(1);
            assertThat(run.lines).anyMatch(line -> line.startsWith("guard: medium forward: vector is ") && line.endsWith("it was 1000000.00 (at least 1000000.00), more than twice as much"));
            assertThat(run.lines.getLast()).isEqualTo("guard: 1 of 8 have fallen, some by more than half");
        });
        Files.writeString(file, "{}");
        assertThat(run("--guard", "" + file).lines.getLast()).startsWith("guard: nothing is stored for " + Limits.lanes() + " lanes in " + file);
    }

    private static String stored(double ratio) {
        return "{\"" + Limits.lanes() + " lanes\": {\"medium forward\": {\"median\": " + ratio + ", \"lowest\": " + ratio + "}}}";
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
