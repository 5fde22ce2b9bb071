package dev.sluice.examples.benchmark;

import java.util.Arrays;
import java.util.Locale;

/** The standard shapes that are measured: from a notebook's to a large model's, one sequence, a stream, and packed sequences. */
public enum Workload {
    NOTEBOOK(10, 16, 15, 8, 1, 1),
    README(10, 2, 5, 3, 1, 1),
    STREAM(1, 1, 128, 256, 1, 1),
    SINGLE(100, 1, 256, 256, 1, 1),
    MEDIUM(50, 32, 256, 256, 1, 1),
    LARGE(100, 64, 512, 512, 1, 1),
    XL(50, 64, 1024, 1024, 1, 1),
    TAGGER(50, 32, 100, 200, 2, 2),
    PACKED(60, 32, 100, 200, 1, 2, 13, 41, 59, 56, 53, 9, 21, 12, 36, 53, 33, 35, 46, 29, 55, 18, 11, 36, 6, 58, 29, 32, 43, 53, 54, 5, 49, 33, 22, 51, 56, 19),
    PACKED_WORDS(20, 64, 32, 64, 1, 2, 6, 20, 4, 10, 5, 17, 16, 17, 14, 8, 5, 17, 2, 14, 15, 2, 16, 10, 9, 20, 5, 12, 2, 2, 2, 19, 2, 14, 8, 15, 2, 18, 9, 16, 17, 19, 9,
            13, 9, 9, 16, 11, 2, 15, 19, 5, 7, 11, 5, 12, 18, 15, 18, 8, 11, 11, 20, 17, 18, 14, 20, 3, 17, 9);

    private final Work work;

    Workload(int steps, int batch, int input, int hidden, int layers, int directions, int... lengths) {
        work = new Work(steps, batch, input, hidden, layers, directions, lengths);
    }

    /** Its sizes. */
    public Work work() {
        return work;
    }

    /** What a command line calls it. */
    public String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The one that a command line calls so.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Workload titled(String title) {
        return Arrays.stream(values()).filter(work -> work.title().equals(title)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(title + ": one of " + Arrays.stream(values()).map(Workload::title).toList() + " is required"));
    }
}
