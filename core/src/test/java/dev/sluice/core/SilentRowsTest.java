package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Steps in which some rows have input and the others wait. */
class SilentRowsTest {
    private final LSTM lstm = LSTM.of(3, 4).projection(2).layers(2).random(new Generator(1)).build();
    private final StatefulLSTM stream = new StatefulLSTM(lstm);
    private final Generator numbers = new Generator(2);

    /** Any rows in any order, dense and packed, with and without gradients: the bits of a stream of its own for each row. */
    @Test
    void eachRowGoesOnAsIfItWereAlone() {
        Random random = new Random(3);
        StatefulLSTM[] alone = IntStream.range(0, 5).mapToObj(i -> new StatefulLSTM(lstm)).toArray(StatefulLSTM[]::new);
        for (int step = 0; step < 40; step++) {
            int[] rows = random.ints(0, 5).distinct().limit(1 + random.nextInt(5)).toArray();
            boolean packed = random.nextBoolean();
            List<Tensor> pieces = IntStream.of(rows).mapToObj(row -> random(numbers, packed ? 1 + random.nextInt(3) : 2, 3)).toList();
            List<Tensor> outputs = step % 3 == 0 ? Gradients.off(() -> forward(pieces, packed, rows)) : forward(pieces, packed, rows);
            for (int i = 0; i < rows.length; i++) {
                assertSameBits("row " + rows[i] + " in step " + step, outputs.get(i), alone[rows[i]].forward(pieces.get(i)));
            }
        }
        for (int row = 0; row < stream.rows(); row++) {
            assertSameBits("h", stream.state(row).h(), alone[row].state().h());
            assertSameBits("c", stream.state(row).c(), alone[row].state().c());
        }
    }

    private List<Tensor> forward(List<Tensor> pieces, boolean packed, int[] rows) {
        if (packed) {
            return stream.forward(PackedSequence.pack(pieces), rows).unpack();
        }
        Tensor output = stream.forward(Tensor.stack(pieces, 1), rows);
        return IntStream.range(0, rows.length).mapToObj(i -> output.select(1, i)).toList();
    }

    @Test
    void rowsBetweenThatWereNeverThereBeginFromZeros() {
        Tensor x = random(numbers, 4, 1, 3);
        stream.forward(x, 2);
        assertThat(stream.rows()).isEqualTo(3);
        assertThat(stream.state(0, 1).c().toArray()).containsOnly(0f);
        assertSameBits("row 0", stream.forward(x, 0), lstm.forward(x).output());
        assertSameBits("one sequence without a batch", stream.forward(x.select(1, 0), 1), lstm.forward(x).output().select(1, 0));
    }

    @Test
    void gradientsGoThroughThePieceAndNoFurther() {
        Tensor x = random(numbers, 4, 2, 3);
        stream.forward(random(numbers, 4, 5, 3));
        LSTMState before = stream.state(3, 1);
        stream.forward(x, 3, 1).sum().backward();
        List<Tensor> gradients = lstm.parameters().stream().map(parameter -> parameter.grad().copy()).toList();
        lstm.clearGradients();
        lstm.forward(x, before).output().sum().backward();
        for (int i = 0; i < gradients.size(); i++) {
            assertSameBits("gradient " + i, gradients.get(i), lstm.parameters().get(i).grad());
        }
    }

    @Test
    void theStateOfSomeRowsIsReadAndSet() {
        stream.forward(random(numbers, 4, 3, 3));
        LSTMState two = stream.state(2, 0);
        assertThat(two.h().shape()).isEqualTo(Shape.of(2, 2, 2));
        LSTMState one = stream.state(1);
        StatefulLSTM other = new StatefulLSTM(lstm);
        other.state(two, 0, 4);
        other.state(one.squeezed(), 1);
        assertThat(other.rows()).isEqualTo(5);
        assertSameBits("row 0", other.state(0).c(), stream.state(2).c());
        assertSameBits("row 4", other.state(4).h(), stream.state(0).h());
        assertSameBits("row 1", other.state(1).h(), one.h());
        assertThat(other.state(3).c().toArray()).containsOnly(0f);
        assertThatThrownBy(() -> other.state(5)).isInstanceOf(IndexOutOfBoundsException.class).hasMessage("StatefulLSTM: row 5 is to be read; there are 5 rows with a state");
    }

    @Test
    void rowsThatCannotBeAreRefusedBeforeAnythingChanges() {
        stream.forward(random(numbers, 4, 2, 3));
        LSTMState before = stream.state();
        Tensor two = random(numbers, 4, 2, 3);
        refused(() -> stream.forward(two, 1, 1), "StatefulLSTM: row 1 at positions 0 and 1; a row can go on only once in a call");
        refused(() -> stream.forward(two, 0, -1), "StatefulLSTM: row -1 at position 1; rows go from 0 to 268435454");
        refused(() -> stream.forward(two, 0, Integer.MAX_VALUE), "StatefulLSTM: row 2147483647 at position 1; rows go from 0 to 268435454");
        refused(() -> stream.forward(two, 0), "StatefulLSTM: 1 rows for 2 sequences; one row for each is required");
        refused(() -> stream.forward(PackedSequence.pack(List.of(two.select(1, 0))), 0, 1), "StatefulLSTM: 2 rows for 1 sequences; one row for each is required");
        refused(() -> stream.state(before, 0, 0), "StatefulLSTM: row 0 at positions 0 and 1; a row can go on only once in a call");
        refused(() -> stream.forward(Tensor.zeros(4, 2, 7), 0, 5), "LSTM: input is [4, 2, 7]; its last dimension must be the input size (3)");
        assertThat(stream.rows()).isEqualTo(2);
        assertSameBits("h", stream.state().h(), before.h());
        assertSameBits("c", stream.state().c(), before.c());
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
