package dev.sluice.core.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private final int[] lengths = new Random(1).ints(1000, 1, 30).toArray();
    private final Batches batches = new Batches(lengths, 16);

    @Test
    void everySequenceComesOncePerEpoch() {
        List<int[]> epoch = batches.shuffled(new Generator(0));
        assertThat(epoch.stream().flatMapToInt(Arrays::stream).sorted().toArray()).containsExactly(IntStream.range(0, 1000).toArray());
        assertThat(epoch).allSatisfy(batch -> assertThat(batch.length).isBetween(1, 16));
        assertThat(epoch.stream().filter(batch -> batch.length < 16)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void lengthsInABatchAreSimilarAndFall() {
        double spread = batches.shuffled(new Generator(0)).stream().mapToInt(batch -> lengths[batch[0]] - lengths[batch[batch.length - 1]]).peek(s -> assertThat(s).isNotNegative())
                .average().orElseThrow();
        assertThat(spread).isLessThan(4);
    }

    @Test
    void theSeedDecidesTheOrder() {
        Generator random = new Generator(7);
        int[] first = flat(batches.shuffled(random));
        assertThat(flat(batches.shuffled(new Generator(7)))).containsExactly(first);
        assertThat(flat(batches.shuffled(random))).as("the next epoch").isNotEqualTo(first);
    }

    @Test
    void aBatchOfAnySizeHoldsWhatThereIs() {
        assertThat(new Batches(new int[] {1, 3, 2}, Integer.MAX_VALUE).shuffled(new Generator(0))).containsExactly(new int[][] {{1, 2, 0}});
        assertThat(new Batches(new int[0], 2_000_000_000).shuffled(new Generator(0))).isEmpty();
    }

    private static int[] flat(List<int[]> epoch) {
        return epoch.stream().flatMapToInt(Arrays::stream).toArray();
    }
}
