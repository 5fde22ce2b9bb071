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
import java.util.List;
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
    void anInputOfTheWrongRank() {
        rejected(() -> lstm.forward(Tensor.zeros(3)), "LSTM: input is [3], of 1 dimensions; 3 are required (steps, batch, input size), or 2 for one sequence (steps, input size)");
        rejected(() -> LSTM.of(3, 4).batchFirst().build().forward(Tensor.zeros(1, 1, 1, 3)),
                "LSTM: input is [1, 1, 1, 3], of 4 dimensions; 3 are required (batch, steps, input size), or 2 for one sequence (steps, input size)");
    }

    @Test
    void anInputOfTheWrongSize() {
        rejected(() -> lstm.forward(Tensor.zeros(5, 2, 7)), "LSTM: input is [5, 2, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(Tensor.zeros(5, 7)), "LSTM: input is [5, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(PackedSequence.pack(List.of(Tensor.zeros(2, 7), Tensor.zeros(2, 7)))), "LSTM: packed data is [4, 7]; its last dimension must be the input size (3)");
        rejected(() -> lstm.forward(PackedSequence.pack(List.of(Tensor.zeros(2)))), "LSTM: packed data is [2]; [rows, input size (3)] is required");
    }

    @Test
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
    void sequencesWithoutSteps() {
        rejected(() -> lstm.forward(Tensor.zeros(0, 2, 3)), "LSTM: input is [0, 2, 3]; sequences must have at least 1 step");
        rejected(() -> lstm.forward(Tensor.zeros(0, 3)), "LSTM: input is [0, 3]; sequences must have at least 1 step");
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(2, 3), Tensor.zeros(0, 3))), "packing: sequence 1 has length 0; every sequence must have at least 1 step");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, 4, -2, 1), "packing: sequence 1 has length -2; every sequence must have at least 1 step");
    }

    @Test
    void lengthsThatDoNotFitTheData() {
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, 5, 2, 1),
                "packPadded: sequence 0 has length 5 in a tensor of shape [4, 3, 1] (SEQUENCE_FIRST); no length may be more than its steps (4)");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.BATCH_FIRST, 3, 2),
                "packPadded: 2 lengths for a batch of 4 in a tensor of shape [4, 3, 1] (BATCH_FIRST); one for each sequence is required");
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4), Layout.BATCH_FIRST, 3),
                "packPadded: the tensor is [4]; at least the dimensions batch and steps are required");
        rejected(() -> new PackedSequence(Tensor.zeros(4, 1), Packing.of(3, 2)), "PackedSequence: data is [4, 1]; 5 rows are required, one for each packed step");
    }

    @Test
    void unsortedLengthsWhereOrderIsDemanded() {
        rejected(() -> PackedSequence.packPadded(Tensor.zeros(4, 3, 1), Layout.SEQUENCE_FIRST, Order.DECREASING, 1, 4, 2),
                "packing: sequence 1 has length 4 after 1; lengths must not increase; sort the sequences, or use Order.ANY");
        rejected(() -> PackedSequence.pack(List.of(Tensor.zeros(1, 3), Tensor.zeros(2, 3)), Order.DECREASING),
                "packing: sequence 1 has length 2 after 1; lengths must not increase; sort the sequences, or use Order.ANY");
    }

    @Test
    void emptyLists() {
        rejected(() -> PackedSequence.pack(List.of()), "pack: the list of sequences is empty; at least one is required");
        rejected(Packing::of, "packing: no sequences; at least one is required");
        rejected(() -> Tensor.stack(List.of(), 0), "stack: the list is empty; at least one tensor is required");
        rejected(() -> Tensor.cat(List.of(), 0), "cat: the list is empty; at least one tensor is required");
    }

    @Test
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
    void whatACellCannotTake() {
        LSTMCell cell = new LSTMCell(3, 4);
        rejected(() -> cell.forward(Tensor.zeros(2, 5)), "LSTMCell: input is [2, 5]; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.scalar(1)), "LSTMCell: input is []; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.zeros(1, 2, 3)), "LSTMCell: input is [1, 2, 3]; [batch, 3] or [3] is required");
        rejected(() -> cell.forward(Tensor.zeros(2, 3), state(new int[] {1, 4}, new int[] {1, 4})), "LSTMCell: input is [2, 3], h is [1, 4], c is [1, 4]; both states must be [2, 4]");
    }

    @Test
    void whatLayersAndLossesCannotTake() {
        rejected(() -> new Linear(3, 2).forward(Tensor.zeros(2, 4)), "Linear: input is [2, 4]; its last dimension must be the input size (3)");
        rejected(() -> new Embedding(4, 2).forward(0, 4), "Embedding: the id at position 1 is 4; ids go from 0 to 3");
        rejected(() -> new CrossEntropy().of(Tensor.zeros(2, 3), new int[] {1}), "CrossEntropy: logits are [2, 3] for 1 targets; [1, classes] is required");
        rejected(() -> new CrossEntropy().of(Tensor.zeros(2, 3), new int[] {1, 3}), "CrossEntropy: target 3 at position 1; classes go from 0 to 2, and -100 is ignored");
        rejected(() -> new CrossEntropy(0).of(Tensor.zeros(2, 3), new int[] {0, 0}), "CrossEntropy: none of the 2 targets counts; at least one that is not 0 is required");
        rejected(() -> new MSE().of(Tensor.zeros(2), Tensor.zeros(3)), "MSE: the prediction is [2], the target [3]; they must be of one shape");
    }

    @Test
    void parametersThatDoNotFit() {
        LSTM other = new LSTM(3, 5);
        Tensor before = lstm.parameters().getFirst().copy();
        assertThatThrownBy(() -> lstm.load(other.namedParameters())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LSTM.load: weight_ih_l0 is [20, 3], [16, 3] is required; weight_hh_l0 is [20, 5], [16, 4] is required; "
                        + "bias_ih_l0 is [20], [16] is required; bias_hh_l0 is [20], [16] is required");
        rejected(() -> LSTM.of(3, 4).bias(false).build().load(lstm.namedParameters()), "LSTM.load: unexpected bias_ih_l0; unexpected bias_hh_l0");
        rejected(() -> lstm.load(LSTM.of(3, 4).bias(false).build().namedParameters()), "LSTM.load: missing bias_ih_l0 [16]; missing bias_hh_l0 [16]");
        Numbers.assertSameBits("unchanged", lstm.parameters().getFirst(), before);
    }

    @Test
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
}
