package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.Memory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TensorScopeTest {
    @Test
    void whatWasMadeInsideIsRecycledAndSaysSo() {
        Tensor inside;
        Tensor view;
        long before = Memory.bytesInUse();
        try (TensorScope _ = TensorScope.open()) {
            inside = Tensor.ones(1000);
            view = inside.narrow(0, 2, 3);
            assertThat(Memory.bytesInUse()).isGreaterThan(before);
        }
        assertThat(Memory.bytesInUse()).isEqualTo(before);
        Tensor next = Tensor.full(7f, 1000);
        String why = " is used after its TensorScope closed; keep(tensor) it in the scope, or copy its numbers out before";
        assertThatThrownBy(inside::toArray).isInstanceOf(IllegalStateException.class).hasMessage("tensor: this one of shape [1000]" + why);
        assertThatThrownBy(() -> view.add(1f)).isInstanceOf(IllegalStateException.class).hasMessage("tensor: this one of shape [3]" + why);
        assertThat(next.get(0)).isEqualTo(7f);
    }

    @Test
    void aParameterIsToBeMadeOutside() {
        Tensor parameter, result, recycled;
        try (TensorScope _ = TensorScope.open()) {
            parameter = Tensor.ones(3).requireGrad();
            result = parameter.mul(2f);
            recycled = Tensor.ones(3).requireGrad();
            recycled.recycle();
        }
        String why = "tensor: this one of shape [3] is used after ";
        assertThatThrownBy(parameter::toArray).hasMessage(why + "its TensorScope closed; it requires a gradient, as parameters do: make the model outside of the scope");
        assertThatThrownBy(result::toArray).hasMessage(why + "its TensorScope closed; keep(tensor) it in the scope, or copy its numbers out before");
        assertThatThrownBy(recycled::toArray).hasMessage(why + "recycle()");
    }

    @Test
    void whatIsKeptOutlivesTheScope() {
        Tensor kept;
        try (TensorScope _ = TensorScope.open()) {
            try (TensorScope inner = TensorScope.open()) {
                kept = inner.keep(Tensor.of(1, 2));
            }
            assertThat(kept.toArray()).containsExactly(1, 2);
        }
        Tensor outer = kept;
        assertThatThrownBy(outer::toArray).as("the scope around it has closed too").isInstanceOf(IllegalStateException.class);
    }

    @Test
    void gradientsLiveAsLongAsTheirTensor() {
        Tensor x = Tensor.of(1, 2).requireGrad();
        for (int step = 0; step < 3; step++) {
            try (TensorScope _ = TensorScope.open()) {
                x.mul(2f).sum().backward();
            }
        }
        assertThat(x.grad().toArray()).containsExactly(6, 6);
    }

    @Test
    void scopesCloseInOrderAndOnTheirThread() throws InterruptedException {
        TensorScope outer = TensorScope.open();
        TensorScope inner = TensorScope.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class)
                .hasMessage("scope: closed on its thread while a scope opened inside it is open; use try (var scope = TensorScope.open()) { … }");
        assertThat(onThread("other", inner::close)).hasMessage("scope: closed on thread other, but opened on thread " + Thread.currentThread().getName()
                + "; use try (var scope = TensorScope.open()) { … }");
        inner.close();
        inner.close();
        outer.close();
    }

    /** What is thrown there. */
    private static Throwable onThread(String name, Runnable action) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread.ofPlatform().name(name).uncaughtExceptionHandler((_, e) -> thrown.set(e)).start(action).join();
        return thrown.get();
    }

    @Test
    void whatAnotherThreadsScopeRecycledNamesThatThread() throws InterruptedException {
        AtomicReference<Tensor> made = new AtomicReference<>(), parameter = new AtomicReference<>();
        String used = "tensor: this one of shape [4] is used after the ";
        onThread("loader", () -> {
            try (TensorScope _ = TensorScope.open()) {
                made.set(Tensor.ones(4));
                parameter.set(Tensor.ones(4).requireGrad());
            }
        });
        assertThatThrownBy(made.get()::sum).isInstanceOf(IllegalStateException.class)
                .hasMessage(used + "TensorScope of thread loader closed; keep(tensor) it in the scope, or wait there for the threads that use it");
        assertThatThrownBy(parameter.get()::sum)
                .hasMessage(used + "TensorScope of thread loader closed; it requires a gradient, as parameters do: make the model outside of the scope");
        Thread nameless = Thread.startVirtualThread(() -> Inference.of(() -> {
            made.set(Tensor.ones(4));
            return null;
        }));
        nameless.join();
        assertThatThrownBy(made.get()::sum).hasMessage(used + "Inference.of of thread #" + nameless.threadId() + " ended; give it back from there, itself or in a List, Map, Optional, array or "
                + "Keepable (a record of yours can be one), or wait there for the threads that use it");
    }

    @Test
    void whatAnotherThreadMadeMeanwhileLivesOn() throws InterruptedException {
        AtomicReference<Tensor> made = new AtomicReference<>();
        try (TensorScope scope = TensorScope.open()) {
            assertThat(onThread("other", () -> made.set(Tensor.ones(4)))).isNull();
            assertThat(scope.size()).isZero();
        }
        assertThat(made.get().toArray()).containsExactly(1, 1, 1, 1);
    }

    @Test
    void memoryDoesNotGrowOverManySteps() {
        long held = 0;
        for (int step = 0; step < 1000; step++) {
            try (TensorScope _ = TensorScope.open()) {
                Tensor x = Tensor.ones(100, 100).requireGrad();
                x.mul(x).add(x).sigmoid().sum().backward();
            }
            held = step == 10 ? Memory.bytesHeld() : held;
        }
        assertThat(Memory.bytesHeld()).isLessThanOrEqualTo(held);
    }

    @Test
    void withoutAScopeTheCollectorFindsWhatNobodyHolds() {
        Memory.limit(Memory.bytesHeld() + (8 << 20));
        try {
            for (int i = 0; i < 200; i++) {
                assertThat(Tensor.full(i, 250_000).add(1f).get(3)).isEqualTo(i + 1);
            }
        } finally {
            Memory.limit(Long.MAX_VALUE);
        }
    }

    @Test
    void whatIsReleasedEarlyIsForgottenByItsScope() {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.ones(10).requireGrad();
            for (int step = 0; step < 100; step++) {
                x.mul(2f).recycle();
                x.sum().backward();
                x.clearGrad();
            }
            assertThat(scope.size()).isLessThan(250);
        }
    }

    @Test
    void zerosBesideATensorLiveAsLongAsIt() {
        Tensor parameter = Tensor.ones(3);
        Tensor state;
        try (TensorScope _ = TensorScope.open()) {
            state = parameter.zerosBeside();
        }
        assertThat(state.toArray()).containsExactly(0, 0, 0);
    }
}
