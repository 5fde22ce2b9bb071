package dev.sluice.core.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMCell;
import java.util.ConcurrentModificationException;
import org.junit.jupiter.api.Test;

/** A pass through a module is of one state of its parameters and of its parts', or refused. */
class UndisturbedTest {
    /** Two parts, of which one may be written between them. */
    private static final class Pair extends Module {
        private final Linear first = module("first", new Linear(3, 3));
        private final LSTMCell second = module("second", new LSTMCell(3, 2));
        private Runnable between = () -> {};

        Tensor forward(Tensor x) {
            return undisturbed(() -> {
                Tensor y = first.forward(x);
                between.run();
                return second.forward(y).h();
            });
        }
    }

    @Test
    void aPartThatIsWrittenBetweenTwoPartsIsNoticed() {
        Pair pair = new Pair();
        Tensor x = Tensor.ones(1, 3);
        float[] before = pair.forward(x).toArray();
        String refused = "Pair: its parameters were written while it ran; load into another model and exchange the two, or let nobody run it while they are written";
        pair.between = () -> pair.second.parameters().getLast().fill(0.5f);
        assertThatThrownBy(() -> pair.forward(x)).isInstanceOf(ConcurrentModificationException.class).hasMessage(refused);
        pair.between = () -> pair.first.load(new Linear(3, 3).namedParameters());
        assertThatThrownBy(() -> pair.forward(x)).as("of what has run already").isInstanceOf(ConcurrentModificationException.class).hasMessage(refused);
        pair.between = () -> {};
        assertThat(pair.forward(x).toArray()).as("the next").isNotEqualTo(before);
    }

    @Test
    void aLayerIsRefusedWhileOthersOfItsParametersAreNotYetWritten() {
        LSTM lstm = LSTM.of(3, 2).layers(2).build();
        Tensor x = Tensor.ones(4, 1, 3);
        Tensor.write(lstm.parameters(), () -> {
            lstm.parameters().getFirst().fill(0.1f);
            assertThatThrownBy(() -> lstm.forward(x)).isInstanceOf(ConcurrentModificationException.class)
                    .hasMessage("LSTM: its parameters were written while it ran; load into another model and exchange the two, or let nobody run it while they are written");
        });
        lstm.forward(x);
    }
}
