package dev.sluice.core.io;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** The texts of a dictionary's keys, whatever they are, and of which no two are the same. */
final class Keys {
    private static final int DEEPEST = 8;

    private long letters; // that may yet be made of keys that are no texts
    private long twins;

    /** For a file of this size, which bounds what is made of it. */
    Keys(long fileSize) {
        letters = (1 << 20) + 16 * fileSize;
    }

    /** As Python prints it, shortened if it is long; all of one class: a map is slow with many keys of one hash that cannot be compared. */
    String text(Object key) throws DamagedFileException {
        if (key instanceof String text) {
            return text;
        }
        StringBuilder text = new StringBuilder();
        write(key, text, 0);
        if (text.length() > TensorFile.LONGEST_NAME / 2) {
            text.setLength(TensorFile.LONGEST_NAME / 2);
            text.append('…');
        }
        count(text.length());
        return text.toString();
    }

    /** {@code name}, or if that is taken, {@code name #2} or another number. */
    String free(String name, Map<?, ?> taken) throws DamagedFileException {
        String free = name;
        while (taken.containsKey(free)) {
            free = name + " #" + (++twins + 1); // no number is tried twice, however many are of one name
            count(free.length());
        }
        return free;
    }

    private void count(int more) throws DamagedFileException {
        letters -= more;
        if (letters < 0) {
            throw new DamagedFileException("the keys of its dictionaries have more letters than can be kept for a file of its size");
        }
    }

    private static void write(Object key, StringBuilder text, int depth) {
        if (text.length() > TensorFile.LONGEST_NAME || depth > DEEPEST) {
            text.append('…');
            return;
        }
        switch (key) {
            case String letters -> text.append(letters, 0, Math.min(letters.length(), TensorFile.LONGEST_NAME));
            case Boolean truth -> text.append(truth ? "True" : "False");
            case Long _, Double _ -> text.append(key);
            case Pickled.Tuple tuple -> {
                text.append('(');
                for (int i = 0; i < tuple.items().size() && text.length() <= TensorFile.LONGEST_NAME; i++) {
                    text.append(i == 0 ? "" : ", ");
                    write(tuple.items().get(i), text, depth + 1);
                }
                text.append(')');
            }
            default -> text.append(kind(key));
        }
    }

    /** For messages, and as the text of what has no other. */
    static String kind(Object item) {
        return switch (item) {
            case Map<?, ?> _ -> "a dictionary";
            case List<?> _ -> "a list";
            case Pickled.Tuple _ -> "a tuple";
            case String _ -> "a text";
            case Boolean _, Long _, Double _, BigInteger _ -> "a number";
            case Pickled.Tensor _, Pickled.OpaqueTensor _ -> "a tensor";
            case Pickled.Storage _ -> "a storage";
            default -> item == Pickled.NONE ? "None" : item.toString(); // a name, or an object by its name
        };
    }
}
