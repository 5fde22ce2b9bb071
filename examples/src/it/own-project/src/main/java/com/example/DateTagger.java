package com.example;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.BiLSTM;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Packing;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A tag for each letter of a date: whether it belongs to the day, the month or the year. Dates of different lengths run together, without padding. */
final class DateTagger extends Module {
    private static final String TAGS = " dMy"; // 0 is neither

    private final Embedding letters;
    private final BiLSTM lstm;
    private final Linear head;

    DateTagger(Generator random) {
        letters = module("letters", new Embedding(128, 16, random)); // ASCII; all others are 127
        lstm = module("lstm", new BiLSTM(16, 32, random));
        head = module("head", new Linear(64, TAGS.length(), random));
    }

    /** Scores of the tags of all letters, packed: [letters, 4]. */
    PackedSequence forward(List<String> texts) {
        Packing packing = Packing.of(texts.stream().mapToInt(String::length).toArray());
        int[] ids = packing.pack(texts.stream().map(text -> text.chars().map(letter -> Math.min(letter, 127)).toArray()).toList());
        PackedSequence vectors = new PackedSequence(letters.forward(ids), packing); // [letters, 16]
        return lstm.forward(vectors).output().map(head::forward); // [letters, 64], then [letters, 4]
    }

    /** What training makes small. */
    Tensor loss(List<WrittenDate> dates) {
        PackedSequence scores = forward(dates.stream().map(WrittenDate::text).toList());
        int[] tags = scores.packing().pack(dates.stream().map(date -> date.tags().chars().map(TAGS::indexOf).toArray()).toList());
        return new CrossEntropy().of(scores.data(), tags);
    }

    /** The most likely tag of each letter: {@code d MMMM yyyy} of {@code 7 June 1999}. */
    List<String> tag(List<String> texts) {
        List<int[]> tags = Inference.of(() -> {
            PackedSequence scores = forward(texts);
            return scores.packing().unpack(scores.data().argmax());
        });
        return tags.stream().map(ofText -> Arrays.stream(ofText).mapToObj(tag -> TAGS.substring(tag, tag + 1)).collect(Collectors.joining())).toList();
    }
}
