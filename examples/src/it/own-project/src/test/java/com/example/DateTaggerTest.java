package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.Backends;
import dev.sluice.api.Processor;
import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DateTaggerTest {
    private static final DateTagger TAGGER = Dates.trained(100);

    private final RandomGenerator random = new Random(1); // other dates than those of the training
    private final List<WrittenDate> dates = Stream.generate(() -> WrittenDate.draw(random)).limit(50).toList();
    private final List<String> texts = dates.stream().map(WrittenDate::text).toList();

    @Test
    void datesThatItHasNotSeenAreTagged() {
        assertEquals(dates.stream().map(WrittenDate::tags).toList(), TAGGER.tag(texts));
    }

    @Test
    void aDateIsTaggedAloneAsAmongOthers() {
        assertEquals(texts.stream().flatMap(text -> TAGGER.tag(List.of(text)).stream()).toList(), TAGGER.tag(texts));
    }

    @Test
    void whatWasSavedTagsAsBefore(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("dates.safetensors");
        TensorFile.write(file, TAGGER.namedParameters());
        assertEquals(TAGGER.tag(texts), Dates.load(file).tag(texts));
    }

    /** Without the flag that the build gives to tests, all others would pass, too, on scalar. */
    @Test
    void theBackendIsVectorWhereTheProcessorCan() {
        assumeTrue(Processor.hasFusedMultiplyAdd(), "this processor has no fused multiply-add");
        assertEquals("vector", Backends.current().name(), () -> Backends.discover().report());
    }
}
