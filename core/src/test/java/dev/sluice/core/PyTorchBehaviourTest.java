package dev.sluice.core;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The table of what PyTorch does, {@code pytorch/behaviour.md}, against the tests that {@linkplain Cites cite} its cases: each has a test, or a reason why Java
 * needs none.
 */
class PyTorchBehaviourTest {
    private static final Path TABLE = Path.of("src/test/resources/dev/sluice/core/pytorch/behaviour.md");
    private static final Path CORRECTED = Path.of("target/behaviour.md");
    private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| (.*) \\| (.*) \\|");
    private static final String NONE = "none: ";

    @Test
    void everyCaseHasATestOrAReason() throws IOException {
        Map<String, String> tests = citations();
        List<String> corrected = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (String line : Files.readAllLines(TABLE)) {
            Matcher row = ROW.matcher(line);
            if (!row.matches() || row.group(1).equals("id")) {
                corrected.add(line);
                continue;
            }
            String cited = tests.remove(row.group(1));
            if (cited == null && !row.group(3).startsWith(NONE)) {
                wrong.add(row.group(1) + " is cited by no test, and no reason is given");
            } else if (cited != null && row.group(3).startsWith(NONE)) {
                wrong.add(row.group(1) + " has a reason for no test, and is cited by " + cited);
            }
            corrected.add("| " + row.group(1) + " | " + row.group(2) + " | " + (cited == null ? row.group(3) : cited) + " |");
        }
        Files.write(CORRECTED, corrected);
        tests.forEach((id, cited) -> wrong.add(cited + " cites " + id + ", which is not in the table"));
        assertThat(wrong).isEmpty();
        assertThat(Files.readAllLines(TABLE)).as("the table as it should be is in core/" + CORRECTED).isEqualTo(corrected);
    }

    /** The tests that cite each case, as {@code Class.method}. */
    private static Map<String, String> citations() {
        List<Class<?>> classes = ReflectionSupport.findAllClassesInPackage("dev.sluice.core", c -> true, name -> name.endsWith("Test"));
        return classes.stream().flatMap(c -> Stream.of(c.getDeclaredMethods())).filter(method -> method.isAnnotationPresent(Cites.class))
                .flatMap(method -> Stream.of(method.getAnnotation(Cites.class).value()).map(id -> Map.entry(id, method)))
                .collect(groupingBy(Map.Entry::getKey, TreeMap::new, mapping(e -> name(e.getValue()), collectingAndThen(toCollection(TreeSet::new), names -> String.join(" <br> ", names)))));
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }
}
