package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;

/** The README shows the programs that are here, and what the first of them prints. */
class QuickStartTest {
    private final String readme;

    QuickStartTest() throws IOException {
        readme = Files.readString(Path.of("../README.md"));
    }

    private String block(String language) {
        Matcher block = Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL).matcher(readme);
        assertThat(block.find()).as("a block of " + language + " in the README").isTrue();
        return block.group(1);
    }

    @Test
    void theProgramIsThatOfTheReadme() throws IOException {
        String program = Files.readString(Path.of("src/main/java/dev/sluice/examples/QuickStart.java"));
        String body = program.substring(program.indexOf("        Generator random"), program.lastIndexOf("    }\n}")).stripTrailing().stripIndent();
        assertThat(block("java").strip()).isEqualTo(body.strip());
    }

    @Test
    void theTestOfABackendIsThatOfTheReadme() throws IOException {
        String test = Files.readString(Path.of("../api/src/it/own-backend/src/test/java/com/example/NaiveBackendTest.java"));
        assertThat(readme).contains(test.substring(test.indexOf("class NaiveBackendTest")));
    }

    @Test
    void whatOnesOwnProjectDependsOnIsThatOfTheReadme() throws IOException {
        Matcher block = Pattern.compile("## In your own project\\R.*?```xml\\R(.*?)```", Pattern.DOTALL).matcher(readme);
        assertThat(block.find()).isTrue();
        assertThat(Files.readString(Path.of("src/it/own-project/pom.xml")).replaceAll("\\R\\s*<!--.*-->", "")).contains(block.group(1).indent(4));
        List<String> onGradle = Pattern.compile("\"dev\\.sluice:(.*):(.*)\"").matcher(Files.readString(Path.of("src/it/own-project/build.gradle.kts"))).results().map(found -> found.group(1) + " " + found.group(2)).toList();
        assertThat(Pattern.compile("<artifactId>(.*)</artifactId>\\s*<version>(.*)</version>").matcher(block.group(1)).results().map(found -> found.group(1) + " " + found.group(2)).toList()).isEqualTo(onGradle);
    }

    @Test
    void itPrintsWhatTheReadmeSays() throws Exception {
        Printed printed = Printed.by(() -> Examples.run("QuickStart"));
        assertThat(printed.out().strip()).isEqualToNormalizingNewlines(block("text").strip());
    }

    @Test
    void jshellAnswersWhatTheReadmeSays() {
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).forEach(shell::addToClasspath);
            for (String line : block("jshell").lines().toList()) {
                List<SnippetEvent> events = shell.eval(shell.sourceCodeAnalysis().analyzeCompletion(line).source());
                assertThat(events).as(line).isNotEmpty().allSatisfy(event -> {
                    assertThat(shell.diagnostics(event.snippet()).map(diagnostic -> diagnostic.getMessage(Locale.ROOT))).isEmpty();
                    assertThat(event.exception()).isNull();
                    assertThat(line).endsWith(event.value() == null || event.value().isEmpty() ? "" : " // " + event.value());
                });
            }
        }
    }
}
