package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.examples.benchmark.Measurement;
import dev.sluice.examples.benchmark.SluiceWorker;
import dev.sluice.examples.benchmark.Start;
import dev.sluice.examples.report.Comparison;
import dev.sluice.examples.report.Curve;
import dev.sluice.examples.report.Footprint;
import dev.sluice.examples.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report, of what is measured too briefly to mean anything. */
class ReportTest {
    @TempDir
    private Path folder;

    @Test
    void writesResultsAPageAndTables() throws IOException {
        assertThat(Report.run("--output", folder.toString(), "--sections", "shapes", "--shapes", "notebook,packed-words", "--threads", "1", "--rounds", "2", "--warm-up", "0.01", "--seconds", "0.01")).isZero();
        Results results = Results.read(folder.resolve("results.json"));
        assertThat(results.contenders()).containsExactly("vector", "panama-ffm", "scalar");
        assertThat(results.shapes()).hasSize(2 * 2 * 3).allSatisfy(m -> assertThat(m.series().lowest()).isPositive());
        assertThat(results.machine().multiplyAdds()).isGreaterThan(1e9);
        assertThat(Files.readString(folder.resolve("tables.md"))).contains("## The time of scalar over that of vector").containsPattern("\\| packed-words \\| [\\d.]+ \\| [\\d.]+ \\|");
        assertThat(Files.readString(folder.resolve("report.html"))).contains("new Chart(", "\"packed-words\"", "<th>% of the limit</th>").doesNotContain("<!-- ", "<link", "<script src", "<img");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("results.json", "report.html", "tables.md");
    }

    @Test
    void whatIsNotMeasuredAgainStaysAsItIs() throws IOException {
        Path file = folder.resolve("results.json");
        Footprint before = new Footprint("scalar", 3_000_000, new double[] {0.5}, new double[] {1.5}, new double[] {60e6});
        Curve curve = new Curve("threads", "forward", "vector", new double[] {1, 2}, new double[] {8, 4}, new double[0]);
        new Results(null, List.of(), List.of(curve), List.of(before), List.of()).write(file);
        assertThat(Report.run("--output", folder.toString(), "--sections", "shapes", "--shapes", "notebook", "--threads", "1", "--rounds", "1", "--warm-up", "0.01", "--seconds", "0.01")).isZero();
        Results after = Results.read(file);
        assertThat(after.shapes()).hasSize(6);
        assertThat(after.scaling()).usingRecursiveFieldByFieldElementComparator().containsExactly(curve);
        assertThat(Files.readString(file)).contains("\"exponent\":" + curve.exponent());
        assertThat(after.starts()).usingRecursiveFieldByFieldElementComparator().containsExactly(before);
        assertThat(Files.readString(folder.resolve("tables.md"))).contains("| scalar | 3.0 | 0.50 | 1.50 | 57 |");
    }

    @Test
    void aProcessIsSteadyAfterItsFirstResult() throws IOException {
        Start start = Start.of(SluiceWorker.command("scalar"));
        assertThat(start.first()).isBetween(0.05, 60.0);
        assertThat(start.steady()).isBetween(start.first(), start.first() + 5);
        start.peakMemory().ifPresent(bytes -> assertThat(bytes).isBetween(10_000_000L, 1_000_000_000L));
    }

    @Test
    void anExponentIsThatOfTheUpperHalf() {
        assertThat(new Curve("steps", "forward", "vector", new double[] {1, 2, 4, 8}, new double[] {9, 9, 16, 64}, new double[0]).exponent()).isEqualTo(2, within(1e-12));
        assertThat(new Curve("threads", "forward", "vector", new double[] {1, 2}, new double[] {8, 4}, new double[0]).exponent()).isEqualTo(-1, within(1e-12));
    }

    @Test
    void twoRunsAgreeWhereTheRangesOfTheirRoundsOverlap() throws IOException {
        Results before = results(new double[] {1, 1, 1}, new double[] {2, 2.2, 2.4}), same = results(new double[] {2, 2, 2}, new double[] {4.6, 4.7, 5}), other = results(new double[] {1, 1, 1}, new double[] {3, 3.1, 3.2});
        assertThat(new Comparison(before, same).text()).isEqualTo("1 of 1 ratios agree: the ranges of their rounds overlap; half of the medians moved by less than 6.6 %, nine in ten by less than 6.6 %");
        assertThat(new Comparison(before, other).text()).isEqualTo("medium, forward, 1 threads, scalar: 3.10 (3.00 … 3.20), was 2.20 (2.00 … 2.40)" + System.lineSeparator()
                + "0 of 1 ratios agree: the ranges of their rounds overlap; half of the medians moved by less than 34.3 %, nine in ten by less than 34.3 %");
    }

    private static Results results(double[] vector, double[] scalar) {
        return new Results(null, List.of(new Measurement("medium", "forward", 1, "vector", vector, 1, null), new Measurement("medium", "forward", 1, "scalar", scalar, 1, null)), List.of(), List.of(), List.of());
    }
}
