package dev.sluice.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What tutorials for PyTorch's LSTM do with tensors around it. */
class PyTorchSurroundingsTest {
    private final Tensor xs = Tensor.arange(50).view(10, 5), ys = Tensor.arange(50).add(100f).view(10, 5);

    @Test
    @Cites("V2")
    void oneSequenceNeedsNoBatchDimension() {
        assertThat(new LSTM(5, 3).forward(xs).output().shape()).isEqualTo(Shape.of(10, 3));
    }

    @Test
    @Cites("V3")
    void views() {
        assertThat(xs.view(10, 1, -1).shape()).isEqualTo(Shape.of(10, 1, 5));
        assertThatThrownBy(() -> xs.view(-1, -1)).hasMessage("view: sizes [-1, -1]; only one of them may be -1");
        assertThatThrownBy(() -> xs.view(7, -1)).hasMessage("view: sizes [7, -1] for a tensor of shape [10, 5]; they must make up exactly its 50 elements");
        assertThatThrownBy(() -> xs.view(-2, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.zeros(0, 5).view(0, -1)).hasMessage("view: sizes [0, -1] for a tensor of shape [0, 5]; with a size of 0 the -1 could be anything; name it");
        Tensor copy = xs.copy();
        copy.view(50).narrow(0, 7, 1).fill(-1f);
        assertThat(copy.get(1, 2)).as("a view shares memory").isEqualTo(-1f);
    }

    @Test
    @Cites("V4")
    void aViewIsNoTranspose() {
        Tensor both = Tensor.stack(List.of(xs, ys), 0);
        assertThat(both.view(10, -1, 5).select(0, 0).select(0, 1).toArray()).as("the next step of the same sequence").containsExactly(5, 6, 7, 8, 9);
        assertThat(both.transpose(0, 1).select(0, 0).select(0, 1).toArray()).as("the first step of the other").containsExactly(100, 101, 102, 103, 104);
        assertThat(Tensor.stack(List.of(xs, ys), 1).equalTo(both.transpose(0, 1)).all()).isTrue();
    }

    @Test
    @Cites("V5")
    void stacksOfUnequalTensors() {
        assertThatThrownBy(() -> Tensor.stack(List.of(xs, Tensor.zeros(8, 5)), 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("[10, 5]", "[8, 5]");
    }

    @Test
    @Cites("V6")
    void aSeedGivesTheFirstNormalNumbersOfPyTorch() {
        double[] expected = {1.5409961, -0.2934289, -2.1787894, 0.5684313};
        Tensor drawn = Tensor.randn(new Generator(0), 4);
        for (int i = 0; i < 4; i++) {
            assertThat(drawn.get(i)).isCloseTo((float) expected[i], within(1e-6f));
        }
    }
}
