package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Padding and what becomes of it, with PyTorch's own examples. */
class PaddedTest {
    private final List<Tensor> sequences = List.of(Tensor.of(1, 2, 3), Tensor.of(4), Tensor.of(5, 6));

    @Test
    @Cites({"S21", "T07"})
    void asInPyTorch() {
        assertThat(Padded.of(sequences, Layout.SEQUENCE_FIRST).data()).hasToString(Tensor.of(new float[][] {{1, 4, 5}, {2, 0, 6}, {3, 0, 0}}).toString());
        assertThat(Padded.of(sequences, Layout.BATCH_FIRST, 9f, PaddingSide.RIGHT).data().toArray()).containsExactly(1, 2, 3, 4, 9, 9, 5, 6, 9);
        assertThat(Padded.of(sequences, Layout.BATCH_FIRST, 0f, PaddingSide.LEFT).data().toArray()).containsExactly(1, 2, 3, 0, 0, 4, 0, 5, 6);
        assertThat(Padded.of(sequences, Layout.SEQUENCE_FIRST, 0f, PaddingSide.LEFT).data().toArray()).containsExactly(1, 0, 0, 2, 0, 5, 3, 4, 6);
        assertThat(Padded.of(sequences, Layout.BATCH_FIRST, Float.NaN, PaddingSide.LEFT)).hasToString("Padded([3, 3], lengths=[3, 1, 2], BATCH_FIRST, padding LEFT)");
    }

    @Test
    @Cites({"S23", "S27", "T03"})
    void emptySequencesAndARowOfATensorEach() {
        Padded some = Padded.of(List.of(Tensor.zeros(0, 2), Tensor.ones(2, 2)), Layout.BATCH_FIRST);
        assertThat(some.data().toArray()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
        assertThat(some.unpad()).extracting(Tensor::shape).containsExactly(Shape.of(0, 2), Shape.of(2, 2));
        assertThat(Padded.of(List.of(Tensor.zeros(0, 2), Tensor.zeros(0, 2)), Layout.SEQUENCE_FIRST).data().shape()).isEqualTo(Shape.of(0, 2, 2));
        assertThatThrownBy(some::pack).hasMessageStartingWith("packing: sequence 0 has length 0; every sequence must have at least 1 step; leave an empty one out");
        Tensor both = Tensor.of(new float[][] {{1, 2}, {3, 4}});
        assertSameBits("one after the other", Padded.of(List.of(both.select(0, 0), both.select(0, 1)), Layout.BATCH_FIRST).data(), both);
    }

    @RepeatedTest(10)
    @Cites({"S27", "S28", "T08", "T09", "T10", "T11"})
    void roundTrips(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Generator values = new Generator(repetition.getCurrentRepetition());
        int[] lengths = Numbers.lengths(random, 1 + random.nextInt(20), 81);
        int[] trailing = new int[][] {{}, {4}, {3, 2}, {2, 1, 2}}[random.nextInt(4)];
        List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.rand(values, IntStream.concat(IntStream.of(n), Arrays.stream(trailing)).toArray())).toList();
        for (Layout layout : Layout.values()) {
            for (PaddingSide side : PaddingSide.values()) {
                String what = "seed " + repetition.getCurrentRepetition() + ", lengths " + Arrays.toString(lengths) + ", " + layout + ", " + side;
                Padded padded = Padded.of(sequences, layout, Float.NaN, side);
                List<Tensor> back = padded.unpad(), packedAndBack = padded.pack().unpack();
                for (int i = 0; i < lengths.length; i++) {
                    assertSameBits(what + ": sequence " + i, back.get(i), sequences.get(i));
                    assertSameBits(what + ": packed sequence " + i, packedAndBack.get(i), sequences.get(i));
                }
                assertThat(padded.pack().equalTo(PackedSequence.pack(sequences))).as(what).isTrue();
                if (side == PaddingSide.RIGHT) {
                    assertThat(PackedSequence.pack(sequences).pad(layout, Float.NaN, padded.data().size(layout == Layout.BATCH_FIRST ? 1 : 0)).data().toArray()).containsExactly(padded.data().toArray());
                }
            }
        }
    }

    @Test
    @Cites({"S15", "A2", "T11"})
    void gradientsReachEveryStepAndNoPadding() {
        Tensor x = Tensor.zeros(4, 3, 2).requireGrad();
        new Padded(x, new int[] {1, 4, 2}, Layout.SEQUENCE_FIRST).pack().data().sum().backward();
        assertThat(x.grad().toArray()).containsExactly(1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0);
        Tensor y = Tensor.ones(2, 2).requireGrad();
        Padded.of(List.of(y, Tensor.ones(5, 2)), Layout.BATCH_FIRST, 3f, PaddingSide.LEFT).data().sum().backward();
        assertThat(y.grad().toArray()).containsOnly(1);
        Tensor z = Tensor.ones(2, 3).requireGrad();
        new Padded(z, new int[] {1, 2}, Layout.BATCH_FIRST, PaddingSide.LEFT).unpad().getFirst().sum().backward();
        assertThat(z.grad().toArray()).containsExactly(0, 0, 1, 0, 0, 0);
    }

    @Test
    @Cites({"S11", "S12", "S22", "S24", "S27", "T04"})
    void whatCannotBePadded() {
        assertThatThrownBy(() -> Padded.of(List.of(), Layout.BATCH_FIRST)).isInstanceOf(IllegalArgumentException.class).hasMessage("pad: the list of sequences is empty; at least one is required");
        assertThatThrownBy(() -> Padded.of(List.of(Tensor.zeros(1, 2), Tensor.zeros(1, 3)), Layout.BATCH_FIRST))
                .hasMessage("pad: sequence 0 is [1, 2], sequence 1 is [1, 3]; only their lengths, the first dimension, may differ");
        assertThatThrownBy(() -> Padded.of(List.of(Tensor.zeros(2), Tensor.zeros(2, 1)), Layout.BATCH_FIRST))
                .hasMessage("pad: sequence 0 is [2], sequence 1 is [2, 1]; only their lengths, the first dimension, may differ");
        assertThatThrownBy(() -> new Padded(Tensor.zeros(2, 3), new int[] {3}, Layout.BATCH_FIRST))
                .hasMessage("padded: 1 lengths for a batch of 2 in a tensor of shape [2, 3] (BATCH_FIRST); one for each sequence is required");
        assertThatThrownBy(() -> new Padded(Tensor.zeros(2, 3), new int[] {3, 4}, Layout.BATCH_FIRST))
                .hasMessage("padded: sequence 1 has length 4 in a tensor of shape [2, 3] (BATCH_FIRST); lengths go from 0 to its steps (3)");
        int[] lengths = {1, 2};
        Padded padded = new Padded(Tensor.zeros(2, 2), lengths, Layout.BATCH_FIRST);
        lengths[0] = 7;
        padded.lengths()[1] = 7;
        assertThat(padded.lengths()).containsExactly(1, 2);
    }
}
