package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Bad input is rejected before anything happens, in words that name what was given and what is required. */
class BadInputTest {
    private final LSTM lstm = new LSTM(3, 4);

    private static void rejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    private static LSTMState state(int[] h, int[] c) {
        return new LSTMState(Tensor.zeros(h), Tensor.zeros(c));
    }

    @Test
    @Cites({"F4", "T36"})
    void anInputOfTheWrongRank() {
        rejected(() -> lstm.forward(Tensor.zeros(3)), "LSTM: input is [3], of 1 dimensions; 3 are required (steps, batch, input size), or 2 for one sequence (steps, input size)");
        rejected(() -> LSTM.of(3, 4).batchFirst().build().forward(Tensor.zeros(1, 1, 1, 3)),
                "LSTM: input is [1, 1, 1, 3], of 4 dimensions; 3 are required (batch, steps, input size), or 2 for one sequence (steps, input size)");
    }

    @Test
    @Cites({"F5", "K6", "T13", "T26"})
    void anInputOfTheWrongSize() {
        rejected(() -> lstm.forward(Tensor.zeros(5, 2, 7)), "LSTM: input is [5, 2, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(Tensor.zeros(5, 7)), "LSTM: input is [5, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(PackedSequence.pack(List.of(Tensor.zeros(2, 7), Tensor.zeros(2, 7)))), "LSTM: packed data is [4, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(PackedSequence.pack(List.of(Tensor.zeros(2)))), "LSTM: packed data is [2]; [rows, input size (3)] is required");
    }

    @Test
    @Cites({"F8", "F9", "F10", "K6", "T13", "T26"})
    void aStateOfTheWrongShape() {
        rejected(() -> lstm.forward(Tensor.zeros(5, 2, 3), state(new int[] {1, 3, 4}, new int[] {1, 2, 4})),
                "LSTM: the first state's h is [1, 3, 4] and its c [1, 2, 4]; both must be [1, 2, 4]: layers · directions, batch, hidden size");
        rejected(() -> lstm.forward(Tensor.zeros(5, 2, 3), state(new int[] {1, 2, 4}, new int[] {1, 2, 5})),
                "LSTM: the first state's h is [1, 2, 4] and its c [1, 2, 5]; both must be [1, 2, 4]: layers · directions, batch, hidden size");
        rejected(() -> lstm.forward(Tensor.zeros(5, 3), state(new int[] {1, 1, 4}, new int[] {1, 1, 4})),
                "LSTM: the first state's h is [1, 1, 4] and its c [1, 1, 4]; both must be [1, 4]: layers · directions, hidden size");
        PackedSequence two = PackedSequence.pack(List.of(Tensor.zeros(1, 3), Tensor.zeros(2, 3)));
        rejected(() -> lstm.forward(two, state(new int[] {1, 3, 4}, new int[] {1, 3, 4})),
                "LSTM: the first state's h is [1, 3, 4] and its c [1, 3, 4]; both must be [1, 2, 4]: layers · directions, batch, hidden size");
        rejected(() -> lstm.forward(two, state(new int[] {2, 4}, new int[] {2, 4})),
                "LSTM: the first state's h is [2, 4] and its c [2, 4]; both must be [1, 2, 4]: layers · directions, batch, hidden size");
    }

    @Test
    @Cites({"F12", "S10", "T24"})
    void sequencesWithoutSteps() {
        rejected(() -> lstm.forward(Tensor.zeros(0, 2, 3)), "LSTM: input is [0, 2, 3]; sequences must have at least 1 step");
        rejected(() -> lstm.forward(Tensor.zeros(0, 3)), "LSTM: input is [0, 3]; sequences must have at least 1 step");
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(2, 3), Tensor.zeros(0, 3))),
                "packing: sequence 1 has length 0; every sequence must have at least 1 step; leave an empty one out (a StatefulLSTM takes the others' rows: forward(input, rows))");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, 4, -2, 1), "padded: sequence 1 has length -2 in a tensor of shape [4, 3, 1] (SEQUENCE_FIRST); lengths go from 0 to its steps (4)");
    }

    @Test
    @Cites({"S2", "S11", "S12", "S14"})
    void lengthsThatDoNotFitTheData() {
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, 5, 2, 1),
                "padded: sequence 0 has length 5 in a tensor of shape [4, 3, 1] (SEQUENCE_FIRST); lengths go from 0 to its steps (4)");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.BATCH_FIRST, 3, 2),
                "padded: 2 lengths for a batch of 4 in a tensor of shape [4, 3, 1] (BATCH_FIRST); one for each sequence is required");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4), Layout.BATCH_FIRST, 3),
                "padded: the tensor is [4]; at least the dimensions batch and steps are required");
        rejected(() -> new PackedSequence(Tensor.zeros(4, 1), Packing.of(3, 2)), "PackedSequence: data is [4, 1]; 5 rows are required, one for each packed step");
    }

    @Test
    @Cites({"S9", "S25", "T02", "T09"})
    void unsortedLengthsWhereOrderIsDemanded() {
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, Order.DECREASING, 1, 4, 2),
                "packing: sequence 1 has length 4 after 1; lengths must not increase; sort the sequences, or use Order.ANY");
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(1, 3), Tensor.zeros(2, 3)), Order.DECREASING),
                "packing: sequence 1 has length 2 after 1; lengths must not increase; sort the sequences, or use Order.ANY");
    }

    @Test
    @Cites({"S22", "S25", "V5"})
    void emptyLists() {
        rejected(() -> PackedSequence.pack(List.of()), "pack: the list of sequences is empty; at least one is required");
        rejected(Packing::of, "packing: no sequences; at least one is required");
        rejected(() -> Tensor.stack(List.of(), 0), "stack: the list is empty; at least one tensor is required");
        rejected(() -> Tensor.cat(List.of(), 0), "cat: the list is empty; at least one tensor is required");
    }

    @Test
    @Cites({"S17", "S22", "S24", "S25", "T05", "V5"})
    void sequencesThatDoNotFitEachOther() {
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(2, 3), Tensor.zeros(2, 4))),
                "pack: sequence 0 is [2, 3], sequence 1 is [2, 4]; only their lengths, the first dimension, may differ");
        rejected(() -> PackedSequence.pack(List.of(Tensor.scalar(1))), "pack: sequence 0 is a single number; [length, ..] is required");
        rejected(() -> Packing.of(2, 1).pack(List.of(new int[2])), "pack: 1 sequences; 2 are required");
        rejected(() -> Packing.of(2, 1).pack(List.of(new int[2], new int[3])), "pack: sequence 1 has length 3; 1 is required");
        rejected(() -> Packing.of(2, 1).unpack(new int[2]), "unpack: 2 values; 3 are required, one for each packed row");
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(2, 3))).pad(Layout.BATCH_FIRST, 0f, 1),
                "pad: a total length of 1; it must be at least the longest sequence's (2)");
    }

    @Test
    @Cites({"C2", "C8", "C9", "C10", "L1", "T36"})
    void negativeAndOverflowingSizes() {
        rejected(() -> Shape.of(2, -3), "shape: [2, -3] has size -3 in dimension 1; sizes must be 0 or more");
        rejected(() -> Shape.of(65536, 65536), "shape: [65536, 65536] has more elements than a tensor can hold (2147483647)");
        rejected(() -> new LSTM(0, 4), "LSTM: input size 0, hidden size 4; both must be at least 1, and the hidden size at most 23170");
        rejected(() -> new LSTM(3, -1), "LSTM: input size 3, hidden size -1; both must be at least 1, and the hidden size at most 23170");
        rejected(() -> new LSTM(3, 600_000_000), "LSTM: input size 3, hidden size 600000000; both must be at least 1, and the hidden size at most 23170");
        rejected(() -> new LSTMCell(3, 0), "LSTM: input size 3, hidden size 0; both must be at least 1, and the hidden size at most 23170");
        rejected(() -> new LSTM(3, 23_171), "LSTM: input size 3, hidden size 23171; both must be at least 1, and the hidden size at most 23170");
        assertThat(LSTM.of(1, 23_170)).isNotNull();
        rejected(() -> LSTM.of(3, 4).layers(0), "LSTM: 0 layers; at least 1 is required");
        rejected(() -> LSTM.of(3, 4).dropout(Double.NaN), "LSTM: dropout NaN; a probability from 0 to 1 is required");
        rejected(() -> new Linear(0, 1), "Linear: sizes 0 to 1; both must be at least 1");
        rejected(() -> new Embedding(1, 0), "Embedding: 1 vectors of size 0; both must be at least 1");
        rejected(() -> new Dropout(1.1), "Dropout: probability 1.1; a number from 0 to 1 is required");
    }

    @Test
    @Cites({"L2", "L3", "T32", "T34"})
    void whatACellCannotTake() {
        LSTMCell cell = new LSTMCell(3, 4);
        rejected(() -> cell.forward(Tensor.zeros(2, 5)), "LSTMCell: input is [2, 5]; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.scalar(1)), "LSTMCell: input is []; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.zeros(1, 2, 3)), "LSTMCell: input is [1, 2, 3]; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.zeros(2, 3), state(new int[] {1, 4}, new int[] {1, 4})), "LSTMCell: input is [2, 3], h is [1, 4], c is [1, 4]; both states must be [2, 4]");
    }

    @Test
    @Cites("V10")
    void whatLayersAndLossesCannotTake() {
        rejected(() -> new Linear(3, 2).forward(Tensor.zeros(2, 4)), "Linear: input is [2, 4]; its last dimension must be the input size (3)");
        rejected(() -> new Embedding(4, 2).forward(0, 4), "Embedding: the id at position 1 is 4; ids go from 0 to 3");
        rejected(() -> new CrossEntropy().of(Tensor.zeros(2, 3), new int[] {1}), "CrossEntropy: logits are [2, 3] for 1 targets; [1, classes] is required");
        rejected(() -> new CrossEntropy().of(Tensor.zeros(2, 3), new int[] {1, 3}), "CrossEntropy: target 3 at position 1; classes go from 0 to 2, and -100 is ignored");
        rejected(() -> new CrossEntropy(0).of(Tensor.zeros(2, 3), new int[] {0, 0}), "CrossEntropy: none of the 2 targets counts; at least one that is not 0 is required; zeroIfNoneCounts() gives a loss of 0 instead");
        rejected(() -> new MSE().of(Tensor.zeros(2), Tensor.zeros(3)), "MSE: the prediction is [2], the target [3]; they must be of one shape");
    }

    @Test
    @Cites("P8")
    void parametersThatDoNotFit() {
        LSTM other = new LSTM(3, 5);
        Tensor before = lstm.parameters().getFirst().copy();
        assertThatThrownBy(() -> lstm.load(other.namedParameters())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LSTM.load: weight_ih_l0 is [20, 3], [16, 3] is required; weight_hh_l0 is [20, 5], [16, 4] is required; "
                        + "bias_ih_l0 is [20], [16] is required; bias_hh_l0 is [20], [16] is required");
        rejected(() -> LSTM.of(3, 4).bias(false).build().load(lstm.namedParameters()), "LSTM.load: unexpected bias_ih_l0; unexpected bias_hh_l0; bias=true is given, bias=false is required");
        rejected(() -> lstm.load(LSTM.of(3, 4).bias(false).build().namedParameters()), "LSTM.load: missing bias_ih_l0 [16]; missing bias_hh_l0 [16]; bias=false is given, bias=true is required");
        Numbers.assertSameBits("unchanged", lstm.parameters().getFirst(), before);
    }

    @Test
    @Cites({"F12", "L2", "T25"})
    void anEmptyBatchIsLegal() {
        for (LSTM any : List.of(lstm, LSTM.of(3, 4).layers(2).bidirectional().build())) {
            Tensor x = Tensor.zeros(5, 0, 3).requireGrad();
            LSTMResult<Tensor> result = any.forward(x);
            assertThat(result.output().shape()).isEqualTo(Shape.of(5, 0, any.outputSize()));
            assertThat(result.state().h().size(1)).isZero();
            result.output().sum().backward();
            assertThat(x.grad().shape()).isEqualTo(Shape.of(5, 0, 3));
            assertThat(any.parameters().getFirst().grad().toArray()).containsOnly(0f);
        }
        assertThat(new LSTMCell(3, 4).forward(Tensor.zeros(0, 3)).h().shape()).isEqualTo(Shape.of(0, 4));
    }

    @Test
    @Cites({"C11", "C12", "F8", "T14"})
    void projectionsThatDoNotFit() {
        rejected(() -> LSTM.of(3, 4).projection(-1), "LSTM: a projection to -1 with a hidden size of 4; it must be less than that, or 0 for none");
        rejected(() -> LSTM.of(3, 4).projection(4), "LSTM: a projection to 4 with a hidden size of 4; it must be less than that, or 0 for none");
        LSTM projected = LSTM.of(3, 4).projection(2).build();
        rejected(() -> projected.forward(Tensor.zeros(5, 2, 7)), "LSTM: input is [5, 2, 7]; its last dimension must be the input size (3)");
        String required = "; they must be [1, 2, 2] and [1, 2, 4]: layers · directions, batch, and the projection's size or the hidden size";
        for (int[][] sizes : new int[][][] {{{1, 2, 4}, {1, 2, 4}}, {{1, 3, 2}, {1, 2, 4}}, {{1, 2, 2}, {1, 3, 4}}, {{1, 2, 2}, {1, 2, 2}}, {{2, 2, 2}, {1, 2, 4}}, {{1, 2, 2}, {2, 2, 4}}}) {
            rejected(() -> projected.forward(Tensor.zeros(5, 2, 3), state(sizes[0], sizes[1])),
                    "LSTM: the first state's h is " + Shape.of(sizes[0]) + " and its c " + Shape.of(sizes[1]) + required);
        }
    }

    @Test
    void choicesThatContradictEachOther() {
        assertThatThrownBy(() -> LSTM.of(3, 4).forgetBias(1).bias(false).build()).isInstanceOf(IllegalStateException.class)
                .hasMessage("LSTM: a forget gate's bias of 1.0 with bias=false; choose one of them");
        rejected(() -> LSTM.of(3, 4).forgetBias(Float.NaN), "LSTM: a forget gate's bias of NaN; a finite number is required");
        assertThatThrownBy(() -> LSTM.of(3, 4).layers(2).buildCell()).isInstanceOf(IllegalStateException.class)
                .hasMessage("LSTMCell: built from LSTM(3, 4, layers=2); a cell is one step of one layer in one direction, without projection, batches first or dropout");
        rejected(() -> lstm.dropout(2), "LSTM: dropout 2.0; a probability from 0 to 1 is required");
    }

    @Test
    @Cites("F11")
    void halfAState() {
        assertThatThrownBy(() -> new LSTMState(Tensor.zeros(1, 2, 4), null)).isInstanceOf(NullPointerException.class)
                .hasMessage("LSTMState: c is null; both h and c are required (to begin from zeros, give no state at all)");
        assertThatThrownBy(() -> new LSTMState(null, Tensor.zeros(1, 2, 4))).hasMessageStartingWith("LSTMState: h is null;");
    }

    @Test
    @Cites({"S2", "S3", "S5", "S20"})
    void batchSizesThatAreNone() {
        rejected(() -> Packing.ofBatchSizes(2, 3, 1), "packing: batch sizes [2, 3, 1]; they must be at least 1 and never grow, as 3 at step 1 does");
        rejected(() -> Packing.ofBatchSizes(2, 0), "packing: batch sizes [2, 0]; they must be at least 1 and never grow; 0 at step 1 is not");
        rejected(Packing::ofBatchSizes, "packing: no batch sizes; at least one is required");
        rejected(() -> Packing.ofBatchSizes(new int[] {2, 1}, new int[] {0, 2}), "packing: sorted indices [0, 2] for a first batch size of 2; each number from 0 to 1 must be there once");
        rejected(() -> new PackedSequence(Tensor.zeros(4, 2), Packing.ofBatchSizes(2, 1)), "PackedSequence: data is [4, 2]; 3 rows are required, one for each packed step");
    }

    @Test
    @Cites("P10")
    void parametersOfAnotherShapeAreNoticedWhenTheyAreSet() {
        Tensor weight = lstm.namedParameters().get("weight_hh_l0");
        rejected(() -> weight.copyFrom(Tensor.zeros(16, 5)), "copyFrom: the other tensor is [16, 5]; it must be [16, 4] like this one");
        rejected(() -> weight.copyFrom(Tensor.zeros(17, 4)), "copyFrom: the other tensor is [17, 4]; it must be [16, 4] like this one");
    }

    @Test
    @Cites("P8")
    void leniently() {
        Map<String, Tensor> values = new TreeMap<>(Map.of("bias_ih_l0", Tensor.full(2f, 16), "x", Tensor.zeros(1)));
        Module.Unmatched unmatched = lstm.loadMatching(values);
        assertThat(unmatched.missing()).containsExactly("weight_ih_l0", "weight_hh_l0", "bias_hh_l0");
        assertThat(unmatched.unexpected()).containsExactly("x");
        assertThat(lstm.namedParameters().get("bias_ih_l0").toArray()).containsOnly(2f);
        values.put("bias_hh_l0", Tensor.zeros(4));
        values.put("bias_ih_l0", Tensor.zeros(16));
        rejected(() -> lstm.loadMatching(values), "LSTM.load: bias_hh_l0 is [4], [16] is required");
        assertThat(lstm.namedParameters().get("bias_ih_l0").toArray()).as("nothing was written").containsOnly(2f);
        assertThat(lstm.loadMatching(lstm.namedParameters())).isEqualTo(new Module.Unmatched(List.of(), List.of()));
    }
}
