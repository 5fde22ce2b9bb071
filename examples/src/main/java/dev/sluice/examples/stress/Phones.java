package dev.sluice.examples.stress;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The phones of a language, each with an id: its place in alphabetical order. */
public final class Phones {
    private final List<String> names;
    private final Map<String, Integer> ids;

    public Phones(Iterable<String> names) {
        TreeSet<String> sorted = new TreeSet<>();
        names.forEach(sorted::add);
        this.names = List.copyOf(sorted);
        ids = IntStream.range(0, this.names.size()).boxed().collect(Collectors.toMap(this.names::get, Function.identity()));
    }

    public int count() {
        return names.size();
    }

    public String name(int id) {
        return names.get(id);
    }

    public List<String> names() {
        return names;
    }

    /**
     * The ids of phones separated by spaces.
     *
     * @throws IllegalArgumentException naming the first that is unknown
     */
    public int[] ids(String phones) {
        String[] parts = phones.strip().split("\\s+");
        int[] result = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            Integer id = ids.get(parts[i]);
            if (id == null) {
                throw new IllegalArgumentException("phone \"" + parts[i] + "\" is unknown; known are " + String.join(" ", names));
            }
            result[i] = id;
        }
        return result;
    }
}
