package dev.sluice.examples.stress;

import java.util.StringJoiner;

/**
 * An English word, how it is spoken, and where its stress lies.
 *
 * @param phones the ids of its phones
 * @param tags for each phone 0 for a consonant, or 1, 2, 3 for a vowel of no, primary, secondary stress
 */
public record StressWord(String spelling, int[] phones, int[] tags) {
    /** The tags as the data files write them. */
    static final String TAGS = "-012";

    /** The phones as dictionaries write them, each vowel with its stress: {@code HH EY1 V AH0 N}. */
    static String spoken(Phones names, int[] phones, int[] tags) {
        StringJoiner spoken = new StringJoiner(" ");
        for (int i = 0; i < phones.length; i++) {
            spoken.add(names.name(phones[i]) + (tags[i] == 0 ? "" : TAGS.charAt(tags[i])));
        }
        return spoken.toString();
    }
}
