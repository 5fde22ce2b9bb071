package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A parameter may keep the memory its gradient was computed in, but only where nobody else has a use for it. */
class GradientMemoryTest {
    /** Gives the gradient that it is told to, whosever it is. */
    private record Giving(List<Tensor> inputs, Tensor... gradients) implements Operation {
        @Override
        public String name() {
            return "Giving";
        }

        @Override
        public Tensor[] backward(Tensor[] arrived) {
            return gradients.length > 0 ? gradients : inputs.stream().map(_ -> arrived[0]).toArray(Tensor[]::new);
        }
    }

    private static Tensor result(Operation operation) {
        Tensor result = Tensor.ones(2);
        Gradients.record(operation, result);
        return result;
    }

    @Test
    void oneGradientForTwoParametersIsTwoGradients() {
        Tensor a = Tensor.ones(2).requireGrad(), b = Tensor.ones(2).requireGrad();
        result(new Giving(List.of(a, b))).sum().backward();
        a.grad().fill(7f);
        assertThat(b.grad().toArray()).containsExactly(1f, 1f);
        result(new Giving(List.of(a, b, a))).sum().backward();
        assertThat(a.grad().toArray()).containsExactly(9f, 9f);
        assertThat(b.grad().toArray()).containsExactly(2f, 2f);
    }

    @Test
    void whatAnOperationKeepsIsNotTakenFromIt() {
        Tensor kept = Tensor.of(3f, 4f), a = Tensor.ones(2).requireGrad();
        result(new Giving(List.of(a), kept)).sum().backward();
        a.grad().fill(0f);
        assertThat(kept.toArray()).containsExactly(3f, 4f);
    }

    @Test
    void aGradientOutlivesTheScopeOfItsStepAndItsOwnPass() {
        Tensor a = Tensor.of(1f, 2f).requireGrad();
        try (TensorScope _ = TensorScope.open()) {
            a.mul(a).sum().backward();
        }
        try (TensorScope _ = TensorScope.open()) {
            Tensor.full(9f, 2).mul(3f); // would use memory that had been given back
        }
        assertThat(a.grad().toArray()).containsExactly(2f, 4f);
        a.clearGrad();
        a.mul(2f).sum().backward();
        assertThat(a.grad().toArray()).containsExactly(2f, 2f);
    }

    @Test
    void aPartOfAGradientIsNotKeptAsAWhole() {
        Tensor a = Tensor.ones(2, 2).requireGrad(), b = Tensor.ones(1, 2).requireGrad();
        Tensor.cat(List.of(a, b), 0).sum().backward(); // the parts share one memory
        a.grad().fill(5f);
        assertThat(b.grad().toArray()).containsExactly(1f, 1f);
    }
}
