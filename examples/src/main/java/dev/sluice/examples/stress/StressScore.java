package dev.sluice.examples.stress;

import java.util.List;
import java.util.Locale;

/**
 * How well a tagger does.
 *
 * @param vowels per cent of vowels whose stress is right
 * @param words per cent of words all of whose vowels are right
 */
public record StressScore(double vowels, double words) {
    private static final int BATCH = 256;

    public static StressScore of(StressTagger tagger, List<StressWord> words) {
        int vowels = 0;
        int wrongVowels = 0;
        int wrongWords = 0;
        for (int start = 0; start < words.size(); start += BATCH) {
            List<StressWord> batch = words.subList(start, Math.min(start + BATCH, words.size()));
            List<int[]> guesses = tagger.tag(batch.stream().map(StressWord::phones).toList());
            for (int i = 0; i < batch.size(); i++) {
                int[] tags = batch.get(i).tags();
                int wrong = 0;
                for (int t = 0; t < tags.length; t++) {
                    if (tags[t] > 0) {
                        vowels++;
                        wrong += guesses.get(i)[t] == tags[t] ? 0 : 1;
                    }
                }
                wrongVowels += wrong;
                wrongWords += wrong == 0 ? 0 : 1;
            }
        }
        return new StressScore(100.0 * (vowels - wrongVowels) / vowels, 100.0 * (words.size() - wrongWords) / words.size());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "vowels %.2f %% words %.2f %%", vowels, words);
    }
}
