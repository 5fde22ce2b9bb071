package dev.sluice.core.fit;

import dev.sluice.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Why names that were given may not be those required, and what to do; only what the names and shapes show. */
public final class Misfit {
    private static final Pattern RECURRENT = Pattern.compile("(.*\\.)?weight_hh(_l\\d+(_reverse)?)?");

    private Misfit() {}

    /**
     * What can be said, as the end of a message: empty, or with a semicolon before each.
     *
     * @param shape of what was given under a name that is required
     */
    public static String advice(Set<String> required, Set<String> given, Function<String, Shape> shape) {
        Set<String> missing = without(given, required);
        if (!missing.isEmpty()) {
            String which = missing.size() == required.size() ? "names required" : "names missing";
            Map<String, Integer> tooMuch = fronts(given, missing);
            List<String> all = withAll(tooMuch, missing);
            List<String> tooLittle = withAll(fronts(required, given), given);
            if (!all.isEmpty()) {
                return "; all " + which + " are there with " + all.stream().limit(3).map(front -> "\"" + front + "\"").collect(Collectors.joining(" or ")) + " in front";
            } else if (!tooLittle.isEmpty()) {
                return "; with \"" + tooLittle.getFirst() + "\" in front all names given are among those required: load that part alone";
            } else if (!tooMuch.isEmpty()) {
                String front = Collections.max(tooMuch.entrySet(), Map.Entry.comparingByValue()).getKey();
                Set<String> under = new LinkedHashSet<>(LSTMForm.under(front, given));
                String found = "; " + tooMuch.get(front) + " of the " + missing.size() + " " + which + " are there with \"" + front + "\" in front";
                Set<String> rest = without(under, missing);
                List<String> next = withAll(fronts(given, rest), rest);
                if (!next.isEmpty()) {
                    return found + ", the others with \"" + next.getFirst() + "\": load the parts one by one";
                }
                return found + disguises(required, missing, given, shape) + (missing.size() < required.size() ? "" : advice(required, under, name -> shape.apply(front + name)));
            }
        }
        return disguises(required, missing, given, shape);
    }

    /** That parameters were stored as something else, or are not an LSTM's. */
    private static String disguises(Set<String> required, Set<String> missing, Set<String> given, Function<String, Shape> shape) {
        List<String> advice = Altered.advice(missing, given);
        required.stream().filter(given::contains).flatMap(name -> otherGates(name, shape).stream()).findFirst().ifPresent(advice::add);
        return joined(advice);
    }

    /** In what the LSTMs differ whose names were given, under the prefixes of those required; like {@link #advice}. */
    public static String differences(Set<String> required, Set<String> given) {
        List<String> differences = new ArrayList<>();
        for (String prefix : LSTMForm.prefixes(required)) {
            LSTMForm form = LSTMForm.of(LSTMForm.under(prefix, given));
            if (form.layers() > 0) {
                LSTMForm.of(LSTMForm.under(prefix, required)).differences(form).forEach(text -> differences.add((prefix.isEmpty() ? "" : "under \"" + prefix + "\" ") + text));
            }
        }
        return joined(differences);
    }

    private static Set<String> without(Set<String> some, Set<String> names) {
        return names.stream().filter(name -> !some.contains(name)).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String joined(List<String> sentences) {
        return sentences.stream().map(sentence -> "; " + sentence).collect(Collectors.joining());
    }

    /** With what in front how many of {@code names} are among {@code longer}, in the order of these. */
    private static Map<String, Integer> fronts(Set<String> longer, Set<String> names) {
        Map<String, Integer> fronts = new LinkedHashMap<>();
        for (String name : longer) {
            for (int end = name.indexOf('.') + 1; end > 0; end = name.indexOf('.', end) + 1) {
                if (names.contains(name.substring(end))) {
                    fronts.merge(name.substring(0, end), 1, Integer::sum);
                }
            }
        }
        return fronts;
    }

    private static List<String> withAll(Map<String, Integer> fronts, Set<String> names) {
        return fronts.keySet().stream().filter(front -> fronts.get(front) == names.size()).toList();
    }

    /** That recurrent weights are those of a network that is no LSTM: they tell the gates, for h has as many numbers as they have columns. */
    private static Optional<String> otherGates(String name, Function<String, Shape> shape) {
        if (!RECURRENT.matcher(name).matches()) {
            return Optional.empty();
        }
        Shape given = shape.apply(name);
        if (given.rank() != 2 || given.elements() == 0 || given.size(0) != given.size(1) && given.size(0) != 3L * given.size(1)) {
            return Optional.empty();
        }
        return Optional.of(name + " of " + given + " is " + (given.size(0) == given.size(1) ? "an RNN's, without gates" : "a GRU's, of 3 gates") + "; an LSTM's has 4");
    }
}
