package com.example;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * A date as somebody may write it.
 *
 * @param tags what each letter belongs to, as patterns write it: {@code d}, {@code M}, {@code y}, or a blank
 */
record WrittenDate(String text, String tags) {
    private static final List<String> PATTERNS = List.of("d MMMM yyyy", "MMMM d, yyyy", "yyyy-MM-dd", "dd.MM.yyyy", "d/M/yyyy");

    /** A day of the twentieth century or the one after it. */
    static WrittenDate draw(RandomGenerator random) {
        LocalDate day = LocalDate.of(1900, 1, 1).plusDays(random.nextInt(73_000));
        StringBuilder text = new StringBuilder(), tags = new StringBuilder();
        for (String part : PATTERNS.get(random.nextInt(PATTERNS.size())).split("\\b")) {
            String written = DateTimeFormatter.ofPattern(part, Locale.ENGLISH).format(day);
            text.append(written);
            tags.repeat(Character.isLetter(part.charAt(0)) ? part.charAt(0) : ' ', written.length());
        }
        return new WrittenDate(text.toString(), tags.toString());
    }
}
