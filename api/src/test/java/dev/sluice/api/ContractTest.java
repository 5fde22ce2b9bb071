package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.conformance.BackendContract;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every rule of the contract is cited by the name of a test, and no test cites a rule that is not there. */
class ContractTest {
    @Test
    void everyRuleHasATest() throws IOException {
        String page = Files.readString(Path.of("src/main/java/dev/sluice/api/package-info.java"));
        String numbered = page.substring(0, page.indexOf("<h2>The rest of a training step"));
        int rules = Pattern.compile("<li>").splitAsStream(numbered).toList().size() - 1;
        List<Integer> numbers = IntStream.rangeClosed(1, rules).boxed().toList();
        TreeSet<Integer> cited = new TreeSet<>();
        Stream.of(BackendContract.class.getMethods(), CheckedBackendTest.class.getDeclaredMethods()).flatMap(Arrays::stream).map(Method::getName)
                .flatMap(name -> Pattern.compile("rule(\\d\\d)").matcher(name).results()).map((MatchResult m) -> Integer.parseInt(m.group(1))).forEach(cited::add);
        assertThat(cited).containsExactlyElementsOf(numbers);
    }
}
