package dev.sluice.core;

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

/** Where packed steps lie, with PyTorch's own examples, and round trips over random lengths. */
class PackingTest {
    private final Tensor x = Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}});

    @Test
    @Cites("S6")
    void sortedLengthsAsInPyTorch() {
        PackedSequence packed = PackedSequence.packPadded(x, Layout.SEQUENCE_FIRST, 4, 2, 1);
        assertThat(packed.data().toArray()).containsExactly(1, 2, 3, 4, 5, 7, 10);
        assertThat(packed.packing().batchSizes()).containsExactly(3, 2, 1, 1);
        assertThat(packed.packing().isSorted()).isTrue();
    }

    @Test
    @Cites({"S7", "S16", "S18"})
    void unsortedLengthsAsInPyTorch() {
        PackedSequence packed = PackedSequence.packPadded(x, Layout.SEQUENCE_FIRST, 1, 4, 2);
        assertThat(packed.data().toArray()).containsExactly(2, 3, 1, 5, 6, 8, 11);
        assertThat(packed.packing().batchSizes()).containsExactly(3, 2, 1, 1);
        assertThat(packed.packing().sortedIndices()).containsExactly(1, 2, 0);
        assertThat(packed.packing().unsortedIndices()).containsExactly(2, 0, 1);
        Padded padded = packed.pad(Layout.BATCH_FIRST);
        assertThat(padded.data().toArray()).containsExactly(1, 0, 0, 0, 2, 5, 8, 11, 3, 6, 0, 0);
        assertThat(padded.lengths()).containsExactly(1, 4, 2);
        assertThat(packed.pad(Layout.SEQUENCE_FIRST, -7f, 5).data().toArray()).containsExactly(1, 2, 3, -7, 5, 6, -7, 8, -7, -7, 11, -7, -7, -7, -7);
    }

    @Test
    @Cites({"S26", "T09"})
    void sequencesAsInPyTorch() {
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.of(4, 5), Tensor.of(1, 2, 3)));
        assertThat(packed.data().toArray()).containsExactly(1, 4, 2, 5, 3);
        assertThat(packed.packing().batchSizes()).containsExactly(2, 2, 1);
        assertThat(packed.packing().sortedIndices()).containsExactly(1, 0);
    }

    @Test
    void sequencesOfOneLengthKeepTheirOrder() {
        assertThat(Packing.of(2, 3, 2, 3, 2).sortedIndices()).containsExactly(1, 3, 0, 2, 4);
    }

    @Test
    void readsAsWhatItIs() {
        assertThat(Packing.of(1, 3)).hasToString("Packing(lengths=[1, 3], batchSizes=[2, 1, 1])").isEqualTo(Packing.of(1, 3)).isNotEqualTo(Packing.of(3, 1));
    }

    @RepeatedTest(10)
    @Cites({"S15", "S28", "T07", "T08", "T09", "T10", "T11"})
    void roundTripsGiveBackWhatWasPacked(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int[] lengths = Numbers.lengths(random, 1 + random.nextInt(40), 30);
        int[] trailing = new int[][] {{}, {3}, {2, 2}}[random.nextInt(3)];
        Generator values = new Generator(repetition.getCurrentRepetition());
        List<Tensor> sequences = Arrays.stream(lengths)
                .mapToObj(n -> Tensor.rand(values, IntStream.concat(IntStream.of(n), Arrays.stream(trailing)).toArray())).toList();
        String what = "seed " + repetition.getCurrentRepetition() + ", lengths " + Arrays.toString(lengths);

        PackedSequence packed = PackedSequence.pack(sequences);
        List<Tensor> back = packed.unpack();
        for (int i = 0; i < lengths.length; i++) {
            Numbers.assertSameBits(what + ": sequence " + i, back.get(i), sequences.get(i));
        }
        for (Layout layout : Layout.values()) {
            Padded padded = packed.pad(layout);
            assertThat(padded.lengths()).containsExactly(lengths);
            Numbers.assertSameBits(what + ": through " + layout, PackedSequence.packPadded(padded.data(), layout, padded.lengths()).data(), packed.data());
        }
        List<int[]> labels = Arrays.stream(lengths).mapToObj(n -> random.ints(n).toArray()).toList();
        List<int[]> labelsBack = packed.packing().unpack(packed.packing().pack(labels));
        for (int i = 0; i < lengths.length; i++) {
            assertThat(labelsBack.get(i)).as(what).containsExactly(labels.get(i));
        }
        assertThat(packed.data().shape()).isEqualTo(sequences.getFirst().shape().with(0, Arrays.stream(lengths).sum()));
        assertThat(packed.packing().batch()).isEqualTo(lengths.length);
    }

    @Test
    @Cites({"V8", "V9"})
    void theExampleOfTheDocumentation() {
        PackedSequence words = PackedSequence.pack(List.of(Tensor.zeros(10, 5), Tensor.ones(8, 5)));
        assertThat(words.packing().batchSizes()).as("sequences in each step").containsExactly(2, 2, 2, 2, 2, 2, 2, 2, 1, 1);
        LSTMResult<PackedSequence> result = new LSTM(5, 3).forward(words);
        assertThat(result.output().data().shape()).isEqualTo(Shape.of(18, 3));
        assertThat(result.state().h().shape()).isEqualTo(Shape.of(1, 2, 3));
        Padded padded = result.output().pad(Layout.BATCH_FIRST);
        assertThat(padded.data().shape()).isEqualTo(Shape.of(2, 10, 3));
        assertThat(padded.data().select(0, 1).narrow(0, 8, 2).toArray()).containsOnly(0f);
        assertThat(padded.data().select(0, 1).select(0, 7).toArray()).doesNotContain(0f);
    }

    @Test
    void rowsOfSteps() {
        Packing packing = Packing.of(1, 3);
        assertThat(packing.row(1, 0)).isZero();
        assertThat(packing.row(0, 0)).isEqualTo(1);
        assertThat(packing.row(1, 2)).isEqualTo(3);
        assertThatThrownBy(() -> packing.row(0, 1)).isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("packing: step 1 of sequence 0; there are 2 sequences, and this one has 1 steps");
        assertThatThrownBy(() -> packing.row(1, -1)).hasMessage("packing: step -1 of sequence 1; there are 2 sequences, and this one has 3 steps");
        assertThatThrownBy(() -> packing.row(2, 0)).hasMessage("packing: step 0 of sequence 2; there are 2 sequences");
        assertThatThrownBy(() -> packing.row(-1, 0)).hasMessage("packing: step 0 of sequence -1; there are 2 sequences");
        assertThat(Packing.of(1, 3)).hasSameHashCodeAs(packing).doesNotHaveSameHashCodeAs(Packing.of(3, 1));
        assertThat(Packing.of(Order.DECREASING, 2, 2, 1).batchSizes()).containsExactly(3, 2);
    }

    @Test
    void layersThatKeepRowsKeepThePacking() {
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.of(4, 5), Tensor.of(1, 2, 3)));
        assertThat(packed.map(data -> data.mul(2f)).unpack().getFirst().toArray()).containsExactly(8, 10);
        assertThatThrownBy(() -> packed.map(Tensor::sum)).hasMessage("PackedSequence: data is []; 5 rows are required, one for each packed step");
        assertThat(packed.pad(Layout.BATCH_FIRST)).hasToString("Padded([2, 3], lengths=[2, 3], BATCH_FIRST)");
    }

    @Test
    @Cites("K1")
    void anOutputIsPackedAsItsInput() {
        PackedSequence packed = PackedSequence.packPadded(Tensor.zeros(4, 3, 2), Layout.SEQUENCE_FIRST, 1, 4, 2);
        LSTMResult<PackedSequence> result = new BiLSTM(2, 5).forward(packed);
        assertThat(result.output().packing()).isSameAs(packed.packing());
        assertThat(result.output().data().shape()).isEqualTo(Shape.of(7, 10));
    }

    @Test
    @Cites({"S1", "S3", "S5", "S8"})
    void packingsOfOtherProgramsAreTakenOver() {
        assertThat(Packing.ofBatchSizes(new int[] {3, 2, 1, 1}, new int[] {1, 2, 0})).isEqualTo(Packing.of(1, 4, 2));
        assertThat(Packing.ofBatchSizes(3, 2, 1, 1)).isEqualTo(Packing.of(4, 2, 1)).isNotEqualTo(Packing.of(1, 4, 2));
        assertThat(Packing.ofBatchSizes(3, 2, 1, 1).sortedIndices()).containsExactly(0, 1, 2);
        Packing ties = Packing.ofBatchSizes(new int[] {3, 3}, new int[] {2, 0, 1}); // not the order that ties have here
        assertThat(ties.unsortedIndices()).containsExactly(1, 2, 0);
        assertThat(ties.lengths()).containsExactly(2, 2, 2);
        assertThat(ties).isNotEqualTo(Packing.of(2, 2, 2));
        PackedSequence packed = new PackedSequence(Tensor.arange(6), ties);
        assertThat(packed.unpack().getFirst().toArray()).containsExactly(1, 4);
    }

    @Test
    @Cites("T06")
    void equality() {
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.of(4, 5), Tensor.of(1, 2, 3)));
        assertThat(packed.equalTo(PackedSequence.pack(List.of(Tensor.of(4, 5), Tensor.of(1, 2, 3))))).isTrue();
        assertThat(packed.equalTo(packed.map(data -> data.add(1f)))).isFalse();
        assertThat(packed.equalTo(new PackedSequence(packed.data(), Packing.of(3, 2)))).isFalse();
        assertThat(packed.equalTo(packed.map(data -> data.view(5, 1)))).isFalse();
    }

    @Test
    @Cites({"S17", "T05"})
    void aTotalLengthPadsFurther() {
        PackedSequence packed = PackedSequence.packPadded(x, Layout.SEQUENCE_FIRST, 1, 4, 2);
        for (int more : new int[] {0, 1, 8}) {
            for (Layout layout : Layout.values()) {
                Padded padded = packed.pad(layout, 0f, 4 + more);
                assertThat(padded.lengths()).containsExactly(1, 4, 2);
                assertThat(padded.data().shape()).isEqualTo(layout == Layout.BATCH_FIRST ? Shape.of(3, 4 + more) : Shape.of(4 + more, 3));
                assertThat(padded.pack().equalTo(packed)).isTrue();
            }
        }
        for (int less : new int[] {3, 0, -1}) {
            assertThatThrownBy(() -> packed.pad(Layout.BATCH_FIRST, 0f, less)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("pad: a total length of " + less + "; it must be at least the longest sequence's (4)");
        }
    }

    @Test
    @Cites({"S12", "S18"})
    void lengthsMayCutSequencesShortAndAnyNumberMayFillThemUp() {
        PackedSequence packed = PackedSequence.packPadded(x, Layout.SEQUENCE_FIRST, 2, 1, 1);
        assertThat(packed.data().toArray()).containsExactly(1, 2, 3, 4);
        assertThat(packed.pad(Layout.BATCH_FIRST, Float.NaN, 2).data().toArray()).containsExactly(1, 4, 2, Float.NaN, 3, Float.NaN);
    }
}
