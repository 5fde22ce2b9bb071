package dev.sluice.examples.stress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Words to learn from, to tune on and to test with, from {@code stress-train.tsv}, {@code stress-dev.tsv} and {@code stress-test.tsv}: a word a
 * line, its phones, a tag for each phone, and its spelling, separated by tabs.
 *
 * @param phones those of the training words
 */
public record StressData(Phones phones, List<StressWord> train, List<StressWord> dev, List<StressWord> test) {
    /** The data that comes with the program, made from CMUdict. */
    public static StressData included() throws IOException {
        return read(null);
    }

    /**
     * The data in a folder.
     *
     * @throws MalformedDataException naming the file, the line, and what is wrong with it
     */
    public static StressData read(Path folder) throws IOException {
        List<Line> train = lines(folder, "stress-train.tsv");
        Phones phones = new Phones(train.stream().flatMap(line -> Arrays.stream(line.phones.split(" "))).toList());
        return new StressData(phones, words(train, phones), words(lines(folder, "stress-dev.tsv"), phones), words(lines(folder, "stress-test.tsv"), phones));
    }

    /** A line of a file that is not as it must be. */
    public static final class MalformedDataException extends IOException {
        private static final long serialVersionUID = 1L;

        MalformedDataException(String file, int line, String what) {
            super(file + " line " + line + ": " + what);
        }
    }

    private record Line(String file, int number, String phones, String tags, String spelling) {}

    private static List<Line> lines(Path folder, String name) throws IOException {
        String file = folder == null ? name : folder.resolve(name).toString();
        List<Line> lines = new ArrayList<>();
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try (InputStream bytes = folder == null ? StressData.class.getResourceAsStream(name) : Files.newInputStream(folder.resolve(name));
                BufferedReader reader = new BufferedReader(new InputStreamReader(bytes, decoder))) {
            for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                lines.add(line(file, lines.size() + 1, text));
            }
        } catch (CharacterCodingException e) {
            throw new MalformedDataException(file, lines.size() + 1, "not UTF-8, here or shortly after");
        }
        if (lines.isEmpty()) {
            throw new MalformedDataException(file, 1, "the file is empty; at least one word is required");
        }
        return lines;
    }

    private static Line line(String file, int number, String text) throws MalformedDataException {
        String[] columns = text.split("\t", -1);
        if (columns.length != 3) {
            throw new MalformedDataException(file, number, columns.length + " columns; phones, tags and spelling are required, separated by tabs");
        }
        int phones = columns[0].split(" ").length;
        String[] tags = columns[1].split(" ");
        if (columns[0].isBlank() || phones != tags.length) {
            throw new MalformedDataException(file, number, (columns[0].isBlank() ? 0 : phones) + " phones and " + tags.length
                    + " tags; one tag for each phone, and at least one, is required");
        }
        for (String tag : tags) {
            if (tag.length() != 1 || !StressWord.TAGS.contains(tag)) {
                throw new MalformedDataException(file, number, "tag \"" + tag + "\"; - or 0, 1, 2 is required");
            }
        }
        return new Line(file, number, columns[0], columns[1], columns[2]);
    }

    private static List<StressWord> words(List<Line> lines, Phones phones) throws MalformedDataException {
        List<StressWord> words = new ArrayList<>();
        for (Line line : lines) {
            try {
                int[] tags = Arrays.stream(line.tags.split(" ")).mapToInt(StressWord.TAGS::indexOf).toArray();
                words.add(new StressWord(line.spelling, phones.ids(line.phones), tags));
            } catch (IllegalArgumentException e) {
                throw new MalformedDataException(line.file, line.number, e.getMessage());
            }
        }
        return words;
    }
}
