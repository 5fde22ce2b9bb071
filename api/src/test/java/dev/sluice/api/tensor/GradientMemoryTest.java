package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Memory;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A backward pass adds gradients in place, keeps and recycles the memory that they were computed in, but only where nobody else has a use for it. */
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

    /** An operation whose gradient a test writes down; each result has its first input's shape. */
    private static Tensor step(Function<Tensor, Tensor[]> gradient, Tensor... inputs) {
        return Step.record("Test", Tensor.ones(inputs[0].shape().sizes()), List.of(inputs), gradient);
    }

    @Test
    void anOperationMayReturnWhatItWasGivenOrPartsOfIt() {
        Tensor a = Tensor.ones(4).requireGrad(), b = Tensor.ones(2).requireGrad(), c = Tensor.ones(2).requireGrad();
        Tensor both = step(g -> new Tensor[] {g, g.narrow(0, 0, 2), g.narrow(0, 2, 2), g}, a, b, c, a);
        Tensor more = step(g -> new Tensor[] {g, g.narrow(0, 1, 2), g.narrow(0, 2, 2)}, both, b, b);
        more.mul(Tensor.of(1, 2, 3, 4)).sum().backward();
        assertThat(a.grad().toArray()).containsExactly(2, 4, 6, 8);
        assertThat(b.grad().toArray()).containsExactly(2 + 3 + 1, 3 + 4 + 2);
        assertThat(c.grad().toArray()).containsExactly(3, 4);
    }

    @Test
    void partsOfOneNewGradientForOneTensorAreAddedAsTheyWere() {
        Tensor a = Tensor.ones(3).requireGrad(), b = Tensor.ones(2).requireGrad();
        step(g -> {
            Tensor made = g.mul(1f);
            return new Tensor[] {null, made.narrow(0, 1, 2), made.narrow(0, 0, 2)};
        }, a, b, b).mul(Tensor.of(1, 2, 3)).sum().backward();
        assertThat(b.grad().toArray()).containsExactly(3, 5);
    }

    @Test
    void theGradientThatThePassBeginsWithIsNeitherWrittenNorRecycled() {
        Tensor a = Tensor.ones(2).requireGrad(), given = Tensor.of(3, 4);
        Tensor twice = a.add(a);
        twice.backward(given, Graph.KEEP);
        twice.backward(given, Graph.RELEASE);
        a.backward(given, Graph.RELEASE);
        assertThat(given.toArray()).containsExactly(3, 4);
        assertThat(a.grad().toArray()).containsExactly(15, 20);
    }

    @Test
    void aGradientThatAnOperationKeepsSaysThatItIsGone() {
        Tensor a = Tensor.ones(2).requireGrad();
        Tensor[] kept = new Tensor[1];
        step(g -> {
            kept[0] = g;
            return new Tensor[] {g.mul(2f)};
        }, a).mul(3f).sum().backward();
        assertThatThrownBy(() -> kept[0].toArray()).isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor: this one of shape [2] is used after the step of a backward pass that it was a gradient for; an Operation keeps none of those that it "
                        + "is given");
    }

    @Test
    void gradientsAreAddedUpBeforeTheyAreAddedToThatOfEarlierPasses() {
        Tensor a = Tensor.ones(1).requireGrad();
        a.mul(-1e8f).sum().backward();
        Tensor small = a.mul(1f), large = a.mul(1e8f); // the latest first: 1e8 + 1 is 1e8
        small.add(large).sum().backward();
        assertThat(a.grad().toArray()).containsExactly(0f);
    }

    @Test
    void rowsTakenSeveralTimesAreAddedUpBeforeTheyAreAddedToTheOthers() {
        Tensor table = Tensor.ones(3, 1).requireGrad();
        Tensor taken = table.rows(new int[] {1, -1, 1, 2, 1}, 0f);
        Tensor later = table.mul(1e8f); // its gradient comes first
        Tensor.cat(List.of(taken.mul(Tensor.of(new float[][] {{4}, {9}, {4}, {5}, {0}})), later), 0).sum().backward();
        assertThat(table.grad().toArray()).containsExactly(1e8f, 1e8f + 8f, 1e8f + 5f); // 1e8 + 4 + 4 would be 1e8
    }

    @Test
    void whatNoSliceTouchesIsLeftAsItIs() {
        Tensor a = Tensor.ones(2, 3).requireGrad();
        Tensor row = a.select(0, 1), columns = a.narrow(1, 1, 1);
        Tensor all = a.mul(-0f); // −0 from here, and the others come later
        all.sum().add(row.sum()).add(columns.sum()).backward();
        assertThat(a.grad().toArray()).containsExactly(-0f, 1, -0f, 1, 2, 1);
    }

    @Test
    void aPassThatFailsChangesNoGradientAndLeavesNothingBehind() {
        Tensor a = Tensor.ones(1000).requireGrad(), b = Tensor.ones(1000).requireGrad();
        a.sum().backward();
        Tensor failing = step(g -> {
            g.mul(3f);
            throw new IllegalStateException("no gradient today");
        }, b);
        Tensor result = failing.add(a).mul(a).add(a.rows(IntStream.range(0, 1000).toArray())).sum();
        long before = Memory.bytesInUse();
        assertThatThrownBy(result::backward).hasMessage("no gradient today");
        assertThat(a.grad().sum().item()).isEqualTo(1000f);
        assertThat(b.grad()).isNull();
        assertThat(Memory.bytesInUse()).as("but for a number to begin with, and two sums").isLessThan(before + 500);
    }

    @Test
    void slicesInALoopGiveTheSumOfWholesFromTheLatestToTheEarliest() {
        Generator random = new Generator(7);
        Tensor x = Tensor.randn(random, 5, 4, 3).requireGrad();
        List<IntFunction<Tensor>> slices = List.of(i -> x.select(0, i % 5), i -> x.narrow(1, i % 3, 2), i -> x.narrow(2, i % 2, 2), i -> x.rows(i % 5, (i + 1) % 5, i % 5),
                i -> x.view(20, 3).select(0, i), i -> x.select(-1, -1 - i % 3));
        for (IntFunction<Tensor> slice : slices) {
            Tensor loss = Tensor.scalar(0f), sum = Tensor.zeros(5, 4, 3);
            List<Tensor> weights = IntStream.range(0, 8).mapToObj(i -> Tensor.randn(random, slice.apply(i).shape().sizes())).toList();
            for (int i = 0; i < 8; i++) {
                loss = loss.add(slice.apply(i).mul(weights.get(i)).sum());
                slice.apply(7 - i).mul(weights.get(7 - i)).sum().backward();
                sum = sum.add(x.grad());
                x.clearGrad();
            }
            loss.backward();
            assertThat(x.grad().equalTo(sum).all()).isTrue();
            x.clearGrad();
        }
    }
}
