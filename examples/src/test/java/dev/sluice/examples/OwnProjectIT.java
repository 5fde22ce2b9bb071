package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The project to copy, src/it/own-project, as it was built and run in target/it against what would be installed. */
class OwnProjectIT {
    private static final Path PROJECT = Path.of("target/it/own-project").toAbsolutePath();

    private final String printed;

    OwnProjectIT() throws IOException {
        Matcher block = Pattern.compile("## In your own project\\R.*?```text\\R(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("../README.md")));
        assertThat(block.find()).isTrue();
        printed = block.group(1);
    }

    @Test
    void itPrintsWhatTheReadmeSays() throws IOException {
        assertThat(Files.readString(PROJECT.resolve("build.log")).replace("\r", "")).contains("sluice runs on backend vector", printed);
    }

    @Test
    void gradleTestsAndRunsItToo() throws Exception {
        Matcher version = Pattern.compile("Gradle (\\d+)\\.(\\d+)").matcher(gradle("--version"));
        boolean found = version.find();
        assumeTrue(found && 100 * Integer.parseInt(version.group(1)) + Integer.parseInt(version.group(2)) >= 901,
                "gradle: " + (found ? version.group() : "none") + " is on the PATH; 9.1 or later is required, which knows Java 25");
        assertThat(gradle("--no-daemon", "-Dmaven.repo.local=" + Path.of("target/it-repository").toAbsolutePath(), "test", "run")).contains("sluice runs on backend vector", printed);
    }

    /** What it prints; nothing where there is none. */
    private static String gradle(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("gradle").directory(PROJECT.toFile()).redirectErrorStream(true);
        builder.command().addAll(List.of(arguments));
        try {
            return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
        } catch (IOException e) {
            return "";
        }
    }
}
