package dev.sluice.core.fit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The choices of an LSTM that the names of its parameters tell: all that any of them speaks of. */
public record LSTMForm(int layers, boolean bidirectional, boolean bias, boolean projection) {
    private static final Pattern NAME = Pattern.compile("(weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)_l(0|[1-9]\\d{0,3})(_reverse)?");

    /** What these names, and others among them, speak of; no layers if none is an LSTM's. */
    public static LSTMForm of(Collection<String> names) {
        LSTMForm form = new LSTMForm(0, false, false, false);
        for (String name : names) {
            Matcher matcher = NAME.matcher(name);
            if (matcher.matches()) {
                form = new LSTMForm(Math.max(form.layers, Integer.parseInt(matcher.group(2)) + 1), form.bidirectional || matcher.group(3) != null,
                        form.bias || name.startsWith("bias"), form.projection || name.startsWith("weight_hr"));
            }
        }
        return form;
    }

    /** What stands before the names of an LSTM's parameters, {@code encoder.lstm.}; each once. */
    static List<String> prefixes(Collection<String> names) {
        return names.stream().map(name -> name.substring(0, name.lastIndexOf('.') + 1)).distinct().filter(prefix -> of(under(prefix, names)).layers > 0).toList();
    }

    /** What follows a prefix, of the names that have it. */
    static List<String> under(String prefix, Collection<String> names) {
        return names.stream().filter(name -> name.startsWith(prefix)).map(name -> name.substring(prefix.length())).toList();
    }

    /** All names that an LSTM of this form has. */
    public Stream<String> names() {
        List<String> kinds = new ArrayList<>(List.of("weight_ih", "weight_hh"));
        if (bias) {
            kinds.addAll(List.of("bias_ih", "bias_hh"));
        }
        if (projection) {
            kinds.add("weight_hr");
        }
        List<String> directions = bidirectional ? List.of("", "_reverse") : List.of("");
        return IntStream.range(0, layers).boxed().flatMap(k -> directions.stream().flatMap(direction -> kinds.stream().map(kind -> kind + "_l" + k + direction)));
    }

    /** In what another differs, that was given where this one is required. */
    List<String> differences(LSTMForm given) {
        List<String> differences = new ArrayList<>();
        if (given.layers != layers) {
            differences.add("layers=" + given.layers + " is given, layers=" + layers + " is required");
        }
        difference("bidirectional", given.bidirectional, bidirectional, differences);
        difference("bias", given.bias, bias, differences);
        if (given.projection != projection) {
            differences.add((given.projection ? "a projection is given, none" : "no projection is given, one") + " is required");
        }
        return differences;
    }

    private static void difference(String choice, boolean given, boolean required, List<String> differences) {
        if (given != required) {
            differences.add(choice + "=" + given + " is given, " + choice + "=" + required + " is required");
        }
    }
}
