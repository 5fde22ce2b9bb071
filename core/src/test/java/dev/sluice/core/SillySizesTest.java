package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.BCEWithLogits;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Huber;
import dev.sluice.core.nn.L1;
import dev.sluice.core.nn.LayerNorm;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.nn.Reduction;
import dev.sluice.core.nn.Sequential;
import dev.sluice.core.train.Batches;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whatever the sizes: a result, or an exception that says what was given and what is possible. */
class SillySizesTest {
    private static final int[] SILLY = {Integer.MIN_VALUE, -100, -1, 0, 1, 2, 3, 5, 65536, 1 << 30, Integer.MAX_VALUE};
    private static final List<Tensor> TENSORS = List.of(Tensor.zeros(2, 3), Tensor.zeros(5, 2, 3), Tensor.zeros(0, 65536, 65536), Tensor.zeros(65536, 65536, 0), Tensor.scalar(1), Tensor.zeros(0),
            Tensor.zeros(3), Tensor.zeros(2, 0, 3), Tensor.zeros(1, 2, 3, 4), Tensor.zeros(0, 2, 3), Tensor.zeros(3, 0));

    private final Random random = new Random(1);

    private int silly() {
        return SILLY[random.nextInt(SILLY.length)];
    }

    private int[] sillies() {
        return random.ints(random.nextInt(5), 0, SILLY.length).map(i -> SILLY[i]).toArray();
    }

    private Tensor tensor() {
        return TENSORS.get(random.nextInt(TENSORS.size()));
    }

    @Test
    void noSizeEndsInAnythingButAnAnswer() {
        LSTM lstm = new LSTM(3, 4);
        LSTM batchFirst = LSTM.of(3, 4).batchFirst().bidirectional().build();
        LSTMCell cell = new LSTMCell(3, 4);
        Linear linear = new Linear(3, 2);
        Embedding embedding = new Embedding(3, 2, OptionalInt.of(1), new Generator(1));
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.zeros(5, 3), Tensor.zeros(2, 3)));
        for (int round = 0; round < 2_000; round++) {
            Tensor x = tensor(), y = tensor();
            int[] sizes = sillies();
            int[] few = Arrays.stream(sizes).filter(size -> size < 1 << 30).toArray(); // what is possible, but would take gigabytes, is left out
            int one = silly(), two = silly();
            Layout layout = Layout.values()[random.nextInt(2)];
            PaddingSide side = PaddingSide.values()[random.nextInt(2)];
            Order order = Order.values()[random.nextInt(2)];
            Reduction reduction = Reduction.values()[random.nextInt(3)];
            StatefulLSTM stream = new StatefulLSTM(lstm);
            List<Supplier<Object>> calls = List.of(() -> lstm.forward(x), () -> batchFirst.forward(x), () -> lstm.allStates(x), () -> lstm.forward(x, new LSTMState(y, y)), () -> cell.forward(x),
                    () -> cell.forward(x, new LSTMState(y, y)), () -> linear.forward(x), () -> embedding.forward(sizes), () -> new Dropout(0.5).forward(x), () -> new MSE().of(x, y),
                    () -> new MSE().zeroIfNoneCounts().of(x, y), () -> new CrossEntropy().of(x, sizes), () -> new CrossEntropy(one).zeroIfNoneCounts().of(x, sizes),
                    () -> Packing.of(order, few), () -> new Padded(x, sizes, layout, side).unpad(), () -> new Padded(x, sizes, layout, side).pack(order), () -> Padded.of(List.of(x, y), layout, 1f, side),
                    () -> Padded.of(List.of(), layout), () -> PackedSequence.pack(List.of(x, y), order), () -> PackedSequence.packPadded(x, layout, sizes), () -> packed.packing().row(one, two),
                    () -> packed.packing().pack(List.of(sizes)), () -> packed.packing().unpack(sizes), () -> new PackedSequence(x, packed.packing()), () -> packed.map(rows -> x),
                    () -> stream.forward(x), () -> stream.forward(x, few), () -> stream.state(one), () -> stream.forward(packed, few),
                    () -> new Batches(sizes, one).shuffled(new Generator(1)), () -> LSTM.of(one, two), () -> LSTM.of(5, 4).projection(one), () -> Linear.of(x, y), () -> Embedding.of(x, OptionalInt.of(one)),
                    () -> new LayerNorm(3).forward(x), () -> new LayerNorm(few.length).forward(x), () -> new Sequential(linear, Tensor::relu, new LayerNorm(2)).forward(x), () -> lstm.forward(x).lastHidden(),
                    () -> new PackedSequence(x, Packing.of(few)).mean(), () -> new PackedSequence(x, Packing.of(few)).max(), () -> new L1().of(x, y), () -> new Huber(one).reduction(reduction).of(x, y),
                    () -> new BCEWithLogits().reduction(reduction).of(x, y), () -> new CrossEntropy(one).classWeights(new float[few.length]).labelSmoothing(0.5).reduction(reduction).of(x, sizes));
            try {
                calls.get(random.nextInt(calls.size())).get();
            } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
                assertThat(e.getMessage()).as("%s, %s, %s, %s", x.shape(), y.shape(), one, Arrays.toString(sizes)).isNotBlank().contains(":");
                assertThat(e.getStackTrace()[0].getClassName()).startsWith("dev.sluice");
            }
        }
    }

    @Test
    void paddingBeyondWhatCanBeCounted() {
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.zeros(1, 3), Tensor.zeros(2, 3)));
        refused(() -> packed.pad(Layout.BATCH_FIRST, 0f, 1 << 30), "pad: 2 sequences of 1073741824 steps; no more than 2147483647 steps in all can be padded");
        refused(() -> new Padded(Tensor.zeros(65536, 65536, 0), new int[65536], Layout.BATCH_FIRST), "padded: the tensor is [65536, 65536, 0]; batch · steps must be at most 2147483647");
        refused(() -> Packing.of(1 << 30, 1 << 30), "packing: 2 sequences with 2147483648 steps in all; no more than 2147483647 can be packed");
    }

    @Test
    void batchesLargerThanAllSequences() {
        for (int size : new int[] {3, 1 << 30, Integer.MAX_VALUE}) {
            assertThat(new Batches(new int[] {5, 7, 6}, size).shuffled(new Generator(1))).as("%d a batch", size).containsExactly(new int[] {1, 2, 0});
        }
        assertThat(new Batches(new int[0], Integer.MAX_VALUE).shuffled(new Generator(1))).isEmpty();
    }

    private static void refused(Supplier<Object> call, String message) {
        assertThatThrownBy(call::get).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
