package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link LSTMResult#lastHidden} for every form of LSTM and input. */
class LastHiddenTest {
    private final Tensor x = Numbers.random(new Generator(1), 5, 3, 4); // [steps, batch, input]

    private static List<LSTM> forms() {
        List<LSTM> forms = new ArrayList<>();
        for (int layers = 1; layers <= 3; layers++) {
            for (int projection : new int[] {0, 2}) {
                for (boolean bidirectional : new boolean[] {false, true}) {
                    forms.add(LSTM.of(4, 3).layers(layers).projection(projection).bidirectional(bidirectional).build());
                }
            }
        }
        return forms;
    }

    /** The ends of the output [length, ..] of a sequence: of the forward direction at its last step, of the reverse one at its first. */
    private static Tensor ends(Tensor output, LSTM lstm) {
        int width = lstm.options().outputSize(), last = output.size(0) - 1;
        return lstm.options().directions == 1 ? output.select(0, last) : Tensor.cat(List.of(output.select(0, last).narrow(0, 0, width), output.select(0, 0).narrow(0, width, width)), 0);
    }

    @Test
    void isWhereEachDirectionOfTheLastLayerEnds() {
        PackedSequence packed = PackedSequence.pack(List.of(x.select(1, 0).narrow(0, 0, 2), x.select(1, 1), x.select(1, 2).narrow(0, 0, 3)));
        for (LSTM lstm : forms()) {
            String what = lstm.toString();
            LSTMResult<Tensor> dense = lstm.forward(x), one = lstm.forward(x.select(1, 1)), none = lstm.forward(Tensor.zeros(5, 0, 4));
            LSTMResult<PackedSequence> several = lstm.forward(packed);
            for (int i = 0; i < 3; i++) {
                assertSameBits(what, dense.lastHidden().select(0, i), ends(dense.output().select(1, i), lstm));
                assertSameBits(what + ", packed", several.lastHidden().select(0, i), ends(several.output().unpack().get(i), lstm));
            }
            assertSameBits(what + ", unbatched", one.lastHidden(), ends(one.output(), lstm));
            assertSameBits(what + ", all states", lstm.allStates(packed).result().lastHidden(), several.lastHidden());
            assertThat(none.lastHidden().shape()).isEqualTo(Shape.of(0, lstm.outputSize()));
        }
    }

    @Test
    void theLayoutOfTheInputDoesNotMatter() {
        LSTM lstm = LSTM.of(4, 3).layers(2).bidirectional().build(), batchFirst = LSTM.of(4, 3).layers(2).bidirectional().batchFirst().build();
        batchFirst.load(lstm.namedParameters());
        assertSameBits("batch first", batchFirst.forward(x.transpose(0, 1)).lastHidden(), lstm.forward(x).lastHidden());
    }

    @Test
    void gradientsReachTheLSTMThroughIt() {
        LSTM lstm = LSTM.of(4, 3).layers(2).bidirectional().build();
        Tensor weights = Numbers.random(new Generator(2), 3, 6);
        lstm.forward(x).lastHidden().mul(weights).sum().backward();
        List<Tensor> gradients = lstm.parameters().stream().map(parameter -> parameter.grad().copy()).toList();
        lstm.clearGradients();
        Tensor h = lstm.forward(x).state().h();
        h.select(0, 2).mul(weights.narrow(1, 0, 3)).sum().add(h.select(0, 3).mul(weights.narrow(1, 3, 3)).sum()).backward();
        for (int i = 0; i < gradients.size(); i++) {
            assertSameBits("gradient " + i, gradients.get(i), lstm.parameters().get(i).grad());
        }
    }

    @Test
    void anOutputOfAnotherKindIsRefused() {
        LSTMState state = new LSTM(4, 3).forward(x).state();
        assertThatThrownBy(() -> new LSTMResult<>(state, state).lastHidden()).isInstanceOf(IllegalStateException.class)
                .hasMessage("lastHidden: the output is of class dev.sluice.core.LSTMState; that of an LSTM, a Tensor or a PackedSequence, is required");
    }
}
