package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** State from call to call: carried, detached, reset, and with batches of other sizes. */
class StatefulLSTMTest {
    private final LSTM lstm = LSTM.of(3, 4).projection(2).layers(2).random(new Generator(1)).build();
    private final StatefulLSTM stream = new StatefulLSTM(lstm);
    private final Tensor x = random(new Generator(2), 9, 3, 3); // [steps, batch, input]

    @Test
    @Cites({"F19", "V7"})
    void piecesGiveTheBitsOfTheWhole() {
        LSTMResult<Tensor> whole = lstm.forward(x);
        for (boolean inTraining : new boolean[] {true, false}) {
            stream.reset();
            List<Tensor> pieces = inTraining ? pieces() : Gradients.off(this::pieces);
            assertSameBits("output", Tensor.cat(pieces, 0), whole.output());
            assertSameBits("h", stream.state().h(), whole.state().h());
            assertSameBits("c", stream.state().c(), whole.state().c());
        }
    }

    private List<Tensor> pieces() {
        return List.of(stream.forward(x.narrow(0, 0, 4)), stream.forward(x.narrow(0, 4, 1)), stream.forward(x.narrow(0, 5, 4)));
    }

    @Test
    @Cites({"A3", "V7"})
    void gradientsStopAtTheBeginningOfEachPiece() {
        LSTMState carried = lstm.forward(x.narrow(0, 0, 4)).state().detach();
        lstm.forward(x.narrow(0, 4, 5), carried).output().sum().backward();
        List<Tensor> expected = lstm.parameters().stream().map(p -> p.grad().copy()).toList();
        lstm.clearGradients();
        stream.forward(x.narrow(0, 0, 4)).sum().backward();
        lstm.clearGradients();
        stream.forward(x.narrow(0, 4, 5)).sum().backward();
        for (int i = 0; i < expected.size(); i++) {
            assertSameBits("gradient " + i, lstm.parameters().get(i).grad(), expected.get(i));
        }
    }

    @Test
    @Cites("V7")
    void aSmallerBatchAdvancesTheFirstRowsAndTheOthersWait() {
        stream.forward(x.narrow(0, 0, 4));
        LSTMState before = stream.state();
        Tensor smaller = stream.forward(x.narrow(0, 4, 5).narrow(1, 0, 2));
        assertSameBits("the rows that go on", smaller, lstm.forward(x).output().narrow(0, 4, 5).narrow(1, 0, 2));
        assertThat(stream.rows()).isEqualTo(3);
        assertSameBits("the row that waits", stream.state().c().narrow(1, 2, 1), before.c().narrow(1, 2, 1));
        Tensor again = stream.forward(x.narrow(0, 4, 5));
        assertSameBits("and then goes on", again.narrow(1, 2, 1), lstm.forward(x).output().narrow(0, 4, 5).narrow(1, 2, 1));
    }

    @Test
    void newRowsBeginFromZeros() {
        stream.forward(x.narrow(0, 0, 4).narrow(1, 0, 1));
        Tensor larger = stream.forward(x.narrow(0, 4, 5));
        assertSameBits("the row that goes on", larger.narrow(1, 0, 1), lstm.forward(x).output().narrow(0, 4, 5).narrow(1, 0, 1));
        assertSameBits("new rows", larger.narrow(1, 1, 2), lstm.forward(x.narrow(0, 4, 5)).output().narrow(1, 1, 2));
    }

    @Test
    void singleRowsAreReset() {
        stream.forward(x.narrow(0, 0, 4));
        stream.reset(0, 2);
        Tensor next = stream.forward(x.narrow(0, 4, 5));
        assertSameBits("row 0", next.narrow(1, 0, 1), lstm.forward(x.narrow(0, 4, 5)).output().narrow(1, 0, 1));
        assertSameBits("row 1", next.narrow(1, 1, 1), lstm.forward(x).output().narrow(0, 4, 5).narrow(1, 1, 1));
        LSTMState before = stream.state();
        assertThatThrownBy(() -> stream.reset(1, 3)).isInstanceOf(IndexOutOfBoundsException.class).hasMessage("StatefulLSTM: row 3 is to be reset; there are 3 rows with a state");
        assertSameBits("nothing was reset", stream.state().h(), before.h());
    }

    @Test
    void sequencesOfDifferentLengthsAndOneSequenceAlone() {
        List<Tensor> first = List.of(x.select(1, 0).narrow(0, 0, 2), x.select(1, 1).narrow(0, 0, 5)), then = List.of(x.select(1, 0).narrow(0, 2, 7), x.select(1, 1).narrow(0, 5, 4));
        stream.forward(PackedSequence.pack(first));
        List<Tensor> packed = stream.forward(PackedSequence.pack(then)).unpack();
        for (int i = 0; i < 2; i++) {
            assertSameBits("sequence " + i, packed.get(i), lstm.forward(x.select(1, i)).output().narrow(0, i == 0 ? 2 : 5, i == 0 ? 7 : 4));
        }
        StatefulLSTM alone = new StatefulLSTM(LSTM.of(3, 4).batchFirst().random(new Generator(1)).build());
        alone.forward(x.select(1, 0));
        assertThat(alone.state().h().shape()).isEqualTo(Shape.of(1, 1, 4));
        alone.state(alone.lstm().forward(x.select(1, 0)).state());
        assertThat(alone.rows()).isEqualTo(1);
        alone.forward(x.transpose(0, 1));
        assertThat(alone.rows()).isEqualTo(3);
    }

    @Test
    void theStateOutlivesTheScopesOfItsSteps() {
        for (int t = 0; t < 9; t++) {
            try (TensorScope _ = TensorScope.open()) {
                stream.forward(x.narrow(0, t, 1)).sum().backward();
            }
        }
        assertSameBits("h", stream.state().h(), lstm.forward(x).state().h());
    }

    @Test
    void aStateIsSetAndCopiedOut() {
        LSTMState other = lstm.forward(x.narrow(0, 0, 4)).state();
        stream.state(other);
        other.h().detach().fill(9f);
        assertSameBits("goes on from it", stream.forward(x.narrow(0, 4, 5)), lstm.forward(x).output().narrow(0, 4, 5));
        assertThatThrownBy(() -> stream.state(new LSTMState(Tensor.zeros(2, 3, 4), Tensor.zeros(2, 3, 4)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LSTM: the first state's h is [2, 3, 4] and its c [2, 3, 4]; they must be [2, 3, 2] and [2, 3, 4]: layers · directions, batch, and the projection's size or the hidden size");
        assertThatThrownBy(() -> stream.state(new LSTMState(Tensor.zeros(2), Tensor.zeros(2)))).isInstanceOf(IllegalArgumentException.class);
        assertThat(stream.rows()).isEqualTo(3);
    }

    @Test
    void badInputChangesNothing() {
        stream.forward(x.narrow(0, 0, 4));
        LSTMState before = stream.state();
        assertThatThrownBy(() -> stream.forward(Tensor.zeros(4, 7, 5))).hasMessage("LSTM: input is [4, 7, 5]; its last dimension must be the input size (3)");
        assertThat(stream.rows()).isEqualTo(3);
        assertSameBits("h", stream.state().h(), before.h());
        assertThat(stream.namedParameters()).containsKey("lstm.weight_hr_l1");
    }
}
