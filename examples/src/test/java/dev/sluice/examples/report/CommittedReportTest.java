package dev.sluice.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The report that is committed, and the README, which takes its figures from there. */
class CommittedReportTest {
    private static final Path FOLDER = Path.of("report");

    @Test
    void pageAndTablesAreThoseOfTheResults() throws IOException {
        Results results = Results.read(FOLDER.resolve("results.json"));
        assertThat(Files.readString(FOLDER.resolve("tables.md"))).as("-Dexample=Report -Dargs=\"--output examples/report --draw\" writes it again").isEqualTo(Tables.of(results));
        assertThat(Files.readString(FOLDER.resolve("report.html"))).as("-Dexample=Report -Dargs=\"--output examples/report --draw\" writes it again").isEqualTo(Page.of(results));
    }

    @Test
    void theReadmeQuotesNoFigureThatIsNotInIt() throws IOException {
        List<String> tables = Files.readAllLines(FOLDER.resolve("tables.md"));
        List<String> readme = Files.readAllLines(Path.of("..", "README.md"));
        List<String> quoted = readme.subList(readme.indexOf("### A BLAS for panama-ffm"), readme.indexOf("## Write your own backend"));
        List<String> rows = quoted.stream().filter(line -> Pattern.compile("\\| [\\d.]+ \\|").matcher(line).find()).toList();
        assertThat(tables).containsAll(rows);
        assertThat(rows).as("rows of figures").hasSizeGreaterThan(20);
        quoted.stream().filter(line -> !line.startsWith("|")).flatMap(line -> Pattern.compile("\\d+\\.\\d+|\\d+ %").matcher(line).results())
                .forEach(figure -> assertThat(tables).as("a figure of the README").anyMatch(row -> row.contains(figure.group())));
    }
}
