package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages of the walkthroughs are made of the programs' comments, code and output; here they are made anew, and compared. */
class WalkthroughTest {
    private static final Pattern INTRODUCTION = Pattern.compile("((?:///.*\\n)+)public final class");
    private static final Pattern CHAPTER = Pattern.compile("((?: {4}///.*\\n)+) {4}static void \\w+\\(\\) \\{\\n {8}title\\(\"(.*)\"\\);\\n((?:.*\\n)+?) {4}}\\n");

    @ParameterizedTest
    @ValueSource(classes = {LSTMWalkthrough.class, PackingWalkthrough.class})
    void thePageIsWhatTheProgramSaysAndPrints(Class<?> program) throws Exception {
        String page = page(program);
        Path made = Path.of("target", program.getSimpleName() + ".md");
        Files.writeString(made, page);
        assertThat(Files.readString(Path.of(program.getSimpleName() + ".md"))).as("the page as it should be is in examples/" + made).isEqualToNormalizingNewlines(page);
    }

    private static String page(Class<?> program) throws Exception {
        String source = Files.readString(Path.of("src/main/java/dev/sluice/examples", program.getSimpleName() + ".java"));
        Matcher introduction = INTRODUCTION.matcher(source);
        assertThat(introduction.find()).isTrue();
        StringBuilder page = new StringBuilder("# " + prose(introduction.group(1)).replaceFirst("\\.\n", "\n"));
        Map<String, String> output = outputByChapter(program);
        int chapters = 0;
        for (Matcher chapter = CHAPTER.matcher(source); chapter.find(); chapters++) {
            String title = chapter.group(2);
            page.append("\n\n## ").append(title).append("\n\n").append(prose(chapter.group(1))).append("\n\n```java\n").append(chapter.group(3).stripTrailing().stripIndent()).append("\n```\n```text\n")
                    .append(output.get(title)).append("\n```");
        }
        assertThat(chapters).as("every chapter that is printed is on the page").isEqualTo(output.size()).isGreaterThan(5);
        return page.append('\n').toString();
    }

    private static String prose(String comment) {
        return comment.lines().map(line -> line.strip().replaceFirst("/// ?", "")).collect(Collectors.joining("\n"));
    }

    private static Map<String, String> outputByChapter(Class<?> program) throws Exception {
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(out);
        }
        return Pattern.compile("\\R?^## ", Pattern.MULTILINE).splitAsStream(printed.toString(StandardCharsets.UTF_8)).filter(chapter -> !chapter.isBlank())
                .collect(Collectors.toMap(chapter -> chapter.lines().findFirst().orElseThrow(), chapter -> chapter.substring(chapter.indexOf('\n') + 1).strip()));
    }
}
