package com.example;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.io.TensorFile;
import dev.sluice.core.train.Adam;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** Trains a tagger of dates, keeps it in a file, and uses it. With a date as its arguments, it takes the tagger of that file. */
public final class Dates {
    private Dates() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of("dates.safetensors");
        if (args.length == 0 || Files.notExists(file)) {
            TensorFile.write(file, trained(200).namedParameters());
        }
        DateTagger tagger = load(file);
        List<String> texts = args.length == 0 ? List.of("7 June 1999", "June 7, 1999", "1999-06-07") : List.of(String.join(" ", args));
        List<String> tags = tagger.tag(texts);
        for (int i = 0; i < texts.size(); i++) {
            System.out.println(texts.get(i) + "  is  " + tags.get(i));
        }
    }

    /** A tagger that has seen {@code steps} batches of 32 dates. */
    static DateTagger trained(int steps) {
        DateTagger tagger = new DateTagger(new Generator(0));
        Adam adam = new Adam(tagger.parameters(), 0.01);
        RandomGenerator random = new Random(0);
        for (int step = 1; step <= steps; step++) {
            try (TensorScope _ = TensorScope.open()) {
                Tensor loss = tagger.loss(Stream.generate(() -> WrittenDate.draw(random)).limit(32).toList());
                adam.zeroGradients();
                loss.backward();
                adam.step();
                if (step % 50 == 0) {
                    System.out.println("step " + step + "  loss " + loss.item());
                }
            }
        }
        return tagger;
    }

    static DateTagger load(Path path) throws IOException {
        DateTagger tagger = new DateTagger(new Generator(0));
        try (TensorFile file = TensorFile.open(path)) {
            file.load(tagger, "");
        }
        tagger.eval();
        return tagger;
    }
}
