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
        assertThat(Files.readString(FOLDER.resolve("tables.md"))).as("-Dexample=Report -Dargs=\"--output report --draw\" writes it again").isEqualTo(Tables.of(results));
        assertThat(Files.readString(FOLDER.resolve("report.html"))).as("-Dexample=Report -Dargs=\"--output report --draw\" writes it again").isEqualTo(Page.of(results));
    }

    @Test
    void theReadmeQuotesNoFigureThatIsNotInIt() throws IOException {
        List<String> tables = Files.readAllLines(FOLDER.resolve("tables.md"));
        List<String> readme = Files.readAllLines(Path.of("..", "README.md"));
        List<String> quoted = readme.subList(readme.indexOf("## Speed"), readme.indexOf("## Write your own backend"));
        assertThat(tables).containsAll(quoted.stream().filter(line -> Pattern.compile("\\| [\\d.]+ \\|").matcher(line).find()).toList());
        assertThat(quoted.stream().filter(line -> line.startsWith("| ") && Pattern.compile("\\d\\.\\d").matcher(line).find()).count()).as("rows").isGreaterThan(20);
        for (String line : readme) {
            if (!line.startsWith("|") && !line.contains("step ") && (line.contains("faster") || line.contains("as fast") || line.contains("GFLOP") || quoted.contains(line))) {
                Pattern.compile("\\d+\\.\\d+|\\d+ %").matcher(line).results().forEach(figure -> assertThat(tables).as("a figure of the README: " + line).anyMatch(row -> row.contains(figure.group())));
            }
        }
    }
}
