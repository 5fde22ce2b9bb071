package dev.sluice.core.fit;

import dev.sluice.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
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
        List<String> missing = required.stream().filter(name -> !given.contains(name)).toList();
        Optional<String> prefix = missing.isEmpty() ? Optional.empty() : prefix(required, given);
        if (prefix.isPresent()) {
            return "; " + prefix.get();
        }
        String common = commonPrefix(given);
        Set<String> rest = new LinkedHashSet<>(LSTMForm.under(common, given));
        long there = required.stream().filter(rest::contains).count();
        if (missing.size() == required.size() && !common.isEmpty() && there > 0) {
            return "; the names given begin with \"" + common + "\", without which " + there + " of the " + required.size() + " required are there"
                    + advice(required, rest, name -> shape.apply(common + name));
        }
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

    private static String joined(List<String> sentences) {
        return sentences.stream().map(sentence -> "; " + sentence).collect(Collectors.joining());
    }

    /** The prefix that the names given have too much, or too little. */
    private static Optional<String> prefix(Set<String> required, Set<String> given) {
        List<String> tooMuch = fronts(given, required);
        if (!tooMuch.isEmpty()) {
            return Optional.of("all names required are there with " + tooMuch.stream().limit(3).map(front -> "\"" + front + "\"").collect(Collectors.joining(" or ")) + " in front");
        }
        List<String> tooLittle = fronts(required, given);
        return tooLittle.isEmpty() ? Optional.empty() : Optional.of("with \"" + tooLittle.getFirst() + "\" in front all names given are among those required");
    }

    /** What is to be put in front of all of {@code names} so that they are among {@code longer}. */
    private static List<String> fronts(Set<String> longer, Set<String> names) {
        if (names.isEmpty()) {
            return List.of();
        }
        String first = names.iterator().next();
        return longer.stream().filter(name -> name.endsWith("." + first)).map(name -> name.substring(0, name.length() - first.length()))
                .filter(front -> names.stream().allMatch(name -> longer.contains(front + name))).toList();
    }

    /** What all names begin with, up to its last dot. */
    private static String commonPrefix(Collection<String> names) {
        String common = names.isEmpty() ? "" : names.iterator().next();
        for (String name : names) {
            while (!name.startsWith(common)) {
                common = common.substring(0, common.length() - 1);
            }
        }
        return common.substring(0, common.lastIndexOf('.') + 1);
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
