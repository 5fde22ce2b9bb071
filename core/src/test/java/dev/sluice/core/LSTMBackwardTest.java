package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Memory;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Graph;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import org.junit.jupiter.api.Test;

/** Backward through an LSTM: what it goes through, when gradients add up, and what it needs. */
class LSTMBackwardTest {
    private static Tensor input(int... sizes) {
        return Tensor.rand(new Generator(5), sizes);
    }

    @Test
    @Cites("T41")
    void aGraphCanBeUsedTwiceWhenItIsKept() {
        LSTM lstm = new LSTM(3, 4);
        Tensor loss = lstm.forward(input(6, 2, 3)).output().sum();
        loss.backward(Graph.KEEP);
        Tensor once = lstm.parameters().getFirst().grad().copy();
        lstm.clearGradients();
        loss.backward();
        assertSameBits("the second time", lstm.parameters().getFirst().grad(), once);
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class).hasMessageContaining("already used by an earlier backward");
    }

    @Test
    @Cites({"A3", "V7"})
    void aCarriedStateMustBeDetached() {
        LSTM lstm = new LSTM(3, 4);
        LSTMResult<Tensor> first = lstm.forward(input(2, 1, 3));
        first.output().sum().backward();
        LSTMResult<Tensor> attached = lstm.forward(input(2, 1, 3), first.state());
        assertThatThrownBy(() -> attached.output().sum().backward()).isInstanceOf(IllegalStateException.class)
                .hasMessage("backward: LSTM was already used by an earlier backward, which released what it had saved; call backward(Graph.KEEP) that time"
                        + ", or detach() a state that is carried from step to step");
        lstm.forward(input(2, 1, 3), first.state().detach()).output().sum().backward();
    }

    @Test
    void weightsChangedBetweenForwardAndBackwardAreNoticed() {
        LSTM lstm = new LSTM(3, 4);
        Tensor loss = lstm.forward(input(2, 1, 3)).output().sum();
        lstm.parameters().getFirst().fill(0f);
        assertThatThrownBy(loss::backward).isInstanceOf(IllegalStateException.class)
                .hasMessage("backward: a tensor of shape [16, 3] that LSTM needs was written after the forward pass (version 0 then, 2 now); call backward before "
                        + "writing to it");
    }

    @Test
    void stateCarriedOnThroughStepsWithScopesOfTheirOwn() {
        LSTM lstm = new LSTM(3, 4);
        LSTMState carried = null;
        for (int step = 0; step < 3; step++) {
            try (TensorScope scope = TensorScope.open()) {
                LSTMResult<Tensor> result = lstm.forward(input(2, 1, 3), carried);
                result.output().sum().backward();
                carried = result.state().keep(scope);
            }
        }
        assertThat(carried.h().shape()).isEqualTo(Shape.of(1, 1, 4));
    }

    @Test
    void aLayerWhoseScopeHasClosedSaysSo() {
        LSTM lstm;
        try (TensorScope _ = TensorScope.open()) {
            lstm = new LSTM(3, 4);
            lstm.forward(input(2, 1, 3));
        }
        Tensor x = input(2, 1, 3);
        assertThatThrownBy(() -> Gradients.off(() -> lstm.forward(x))).isInstanceOf(IllegalStateException.class).hasMessage("tensor: this one of shape [16, 3] is used after its "
                + "TensorScope closed; it requires a gradient, as parameters do: make the model outside of the scope");
    }

    @Test
    void whatWasSavedForBackwardAndPreparedFromOldWeightsIsGivenBack() {
        LSTM lstm = LSTM.of(30, 40).bidirectional().build();
        Tensor x = input(50, 8, 30);
        long saved = 2L * 50 * 8 * 5 * 40 * 4;
        try (TensorScope _ = TensorScope.open()) {
            Tensor loss = lstm.forward(x).output().sum();
            long before = Memory.bytesInUse();
            loss.backward();
            assertThat(Memory.bytesInUse()).as("gates and cells are released by backward").isLessThan(before - saved / 2);
        }
        lstm.clearGradients();
        long inUse = Memory.bytesInUse();
        for (int step = 0; step < 20; step++) {
            try (TensorScope _ = TensorScope.open()) {
                lstm.parameters().getFirst().fill(step);
                lstm.forward(x);
            }
        }
        assertThat(Memory.bytesInUse()).as("each preparation replaces the one before").isLessThanOrEqualTo(inUse);
    }

    @Test
    @Cites({"A5", "T40"})
    void onlyOneOfTheStatesIsEnoughForAGradient() {
        LSTMCell cell = new LSTMCell(3, 4);
        cell.forward(input(2, 3)).h().sum().backward();
        assertThat(cell.parameters().getFirst().grad()).isNotNull();
        cell.clearGradients();
        cell.forward(input(2, 3)).c().sum().backward();
        assertThat(cell.parameters().getFirst().grad()).isNotNull();
    }

    @Test
    @Cites("P13")
    void bothBiasesHaveTheSameGradient() {
        LSTM lstm = new LSTM(3, 4);
        lstm.forward(input(6, 2, 3)).output().sum().backward();
        assertSameBits("gradients", lstm.namedParameters().get("bias_ih_l0").grad(), lstm.namedParameters().get("bias_hh_l0").grad());
    }

    @Test
    @Cites({"A4", "P14"})
    void gradientsAddUpUntilTheyAreClearedInUseAsInTraining() {
        LSTM lstm = new LSTM(3, 4);
        lstm.eval();
        Tensor weight = lstm.parameters().getFirst();
        lstm.forward(input(4, 2, 3)).output().sum().backward();
        Tensor once = weight.grad().copy();
        lstm.forward(input(4, 2, 3)).output().sum().backward();
        assertSameBits("twice", weight.grad(), once.mul(2f));
        lstm.clearGradients();
        assertThat(weight.grad()).isNull();
    }
}
