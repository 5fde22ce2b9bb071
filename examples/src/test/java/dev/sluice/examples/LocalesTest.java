package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written depends on nobody's language: not its digits, nor its letters. */
class LocalesTest {
    /** Formats without a locale, and letters turned into others without one. */
    private static final Pattern WITHOUT = Pattern.compile("\\.formatted\\(|\\b(?:printf|String\\.format|out\\.format|err\\.format|new Formatter)\\(\\s*+(?!Locale\\.ROOT\\b)|\\.to(?:Lower|Upper)Case\\(\\s*\\)");

    private static List<String> without(String name, String source) {
        List<String> places = new ArrayList<>();
        Matcher matcher = WITHOUT.matcher(source);
        while (matcher.find()) {
            places.add(name + ":" + (1 + source.substring(0, matcher.start()).chars().filter(letter -> letter == '\n').count()));
        }
        return places;
    }

    @Test
    void nothingIsFormattedWithoutALocale() throws IOException {
        List<String> places = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            for (Path file : files.filter(file -> file.toString().replace('\\', '/').contains("/src/main/java/") && file.toString().endsWith(".java")).toList()) {
                places.addAll(without(file.toString(), Files.readString(file)));
            }
        }
        assertThat(places).isEmpty();
    }

    @Test
    void andThisTestSeesIt() {
        String source = """
                "%d".formatted(1);
                String.format("%d", 1);
                String.format(Locale.ROOT, "%d", 1);
                out.printf(
                        "%d", 1);
                out.printf(
                        Locale.ROOT, "%d", 1);
                name.toLowerCase();
                name.toLowerCase(Locale.ROOT);
                """;
        assertThat(without("A.java", source)).containsExactly("A.java:1", "A.java:2", "A.java:4", "A.java:8");
    }
}
