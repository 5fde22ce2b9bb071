package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TensorTest {
    private static void rejected(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void makingThem() {
        assertThat(Tensor.of(1, 2, 3).shape()).isEqualTo(Shape.of(3));
        assertThat(Tensor.of(new float[][] {{1, 2}, {3, 4}}).toArray()).containsExactly(1, 2, 3, 4);
        assertThat(Tensor.ones(2, 2).toArray()).containsOnly(1f);
        assertThat(Tensor.scalar(4).item()).isEqualTo(4f);
        assertThat(Tensor.of(Shape.of(2, 1), 5, 6).get(-1, 0)).isEqualTo(6f);
        rejected(() -> Tensor.of(new float[][] {{1, 2}, {3}}), "of: row 1 has 1 numbers; it must have as many as the first row (2)");
        rejected(() -> Tensor.of(Shape.of(2, 2), 1, 2, 3), "of: 3 numbers for a tensor of shape [2, 2]; exactly 4 are required");
    }

    @Test
    void integersAndNestedArrays() {
        int[] ids = {3, -1, 16_777_217};
        assertThat(Tensor.of(ids).toArray()).containsExactly(3, -1, 16_777_216);
        Tensor x = Tensor.of(new float[][][] {{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}});
        assertThat(x.shape()).isEqualTo(Shape.of(2, 3, 2));
        assertThat(x.get(1, 0, 1)).isEqualTo(8f);
        assertThat(x.select(0, 1).toRows()).isDeepEqualTo(new float[][] {{7, 8}, {9, 10}, {11, 12}});
        assertThat(Tensor.of(new float[][][] {{}, {}}).shape()).isEqualTo(Shape.of(2, 0, 0));
        assertThat(Tensor.zeros(2, 0).toRows()).isDeepEqualTo(new float[2][0]);
        rejected(() -> Tensor.of(new float[][][] {{{1}, {2}}, {{3}}}), "of: block 1 has 1 rows; it must have as many as block 0 (2)");
        rejected(() -> Tensor.of(new float[][][] {{{1}, {2}}, {{3, 4}, {5}}}), "of: row 0 of block 1 has 2 numbers; it must have as many as the first row (1)");
        rejected(x::toRows, "toRows: the tensor is [2, 3, 2]; exactly two dimensions are required; view() or select() gives them");
    }

    @Test
    void toAndFromBuffers() {
        FloatBuffer buffer = FloatBuffer.wrap(new float[] {0, 1, 2, 3}).position(1);
        Tensor tensor = Tensor.zeros(3).copyFrom(buffer);
        assertThat(tensor.toArray()).containsExactly(1, 2, 3);
        FloatBuffer target = FloatBuffer.allocate(4);
        tensor.narrow(0, 1, 2).copyTo(target);
        assertThat(target.position()).isEqualTo(2);
        assertThat(target.array()).containsExactly(2, 3, 0, 0);
    }

    @Test
    void stackingIsNotViewing() {
        // stack([xs, ys]).view(10, -1, 5) interleaves nothing; stacking along dimension 1, or transposing, does.
        Tensor xs = Tensor.arange(50).view(10, 5), ys = xs.add(100f);
        Tensor along1 = Tensor.stack(List.of(xs, ys), 1);
        assertThat(along1.shape()).isEqualTo(Shape.of(10, 2, 5));
        assertThat(along1.select(0, 0).select(0, 1).toArray()).containsExactly(100, 101, 102, 103, 104);
        assertThat(Tensor.stack(List.of(xs, ys), 0).transpose(0, 1).equalTo(along1).all()).isTrue();
        assertThat(Tensor.stack(List.of(xs, ys), 0).view(10, -1, 5).select(0, 0).select(0, 1).toArray()).containsExactly(5, 6, 7, 8, 9);
        rejected(() -> Tensor.stack(List.of(xs, Tensor.zeros(8, 5)), 0), "stack: tensor 0 is [10, 5], tensor 1 is [8, 5]; all must have one shape");
        rejected(() -> Tensor.stack(List.of(xs), 3), "shape: new dimension 3 of [10, 5]; new dimensions go from -3 to 2");
    }

    @Test
    void viewsShareMemory() {
        Tensor x = Tensor.zeros(4, 3);
        x.view(3, -1).select(0, 2).fill(1f);
        assertThat(x.toArray()).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1);
        assertThat(x.version()).isEqualTo(x.view(12).version());
        x.narrow(1, 0, 1).fill(9f);
        Tensor row = Tensor.zeros(1, 4);
        row.narrow(1, 0, 2).fill(9f);
        assertThat(row.toArray()).as("of one row too").containsOnly(0f);
        assertThat(x.get(0, 0)).as("along other dimensions narrow copies").isZero();
    }

    @Test
    void dimensionsOfSizeOneComeAndGo() {
        Tensor x = Tensor.zeros(4, 3);
        assertThat(x.unsqueeze(0).shape()).isEqualTo(Shape.of(1, 4, 3));
        assertThat(x.unsqueeze(-1).shape()).isEqualTo(Shape.of(4, 3, 1));
        assertThat(x.unsqueeze(1).squeeze(-2)).satisfies(same -> assertThat(same.shape()).isEqualTo(x.shape()));
        assertThat(Tensor.scalar(7).unsqueeze(-1).toArray()).containsExactly(7);
        assertThat(x.squeeze(0)).as("of another size").isSameAs(x);
        x.unsqueeze(1).fill(1f);
        assertThat(x.toArray()).as("they share memory").containsOnly(1f);
        rejected(() -> x.unsqueeze(-4), "shape: new dimension -4 of [4, 3]; new dimensions go from -3 to 2");
        rejected(() -> x.squeeze(2), "shape: dimension 2 of [4, 3]; dimensions go from -2 to 1");
    }

    @Test
    void aWriteRaisesTheVersionBeforeAndAfter() {
        Tensor x = Tensor.zeros(2, 3), row = x.select(0, 1);
        int before = x.version();
        row.write(m -> {
            assertThat(x.version()).isEqualTo(before + 1);
            assertThat(x.isBeingWritten()).isTrue();
            m.set(0, 2, 5f);
        });
        assertThat(x.version()).isEqualTo(before + 2);
        assertThat(x.isBeingWritten()).isFalse();
        assertThat(x.toArray()).containsExactly(0, 0, 0, 0, 0, 5);
    }

    @Test
    void aWriteThatFailsHasEnded() {
        Tensor x = Tensor.zeros(2), y = Tensor.zeros(2);
        int before = x.version();
        assertThatThrownBy(() -> x.write(m -> m.get(0, 1_000_000_000))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Tensor.write(List.of(x, y, x), () -> {
            throw new IllegalStateException("in the middle");
        })).hasMessage("in the middle");
        assertThat(x.isBeingWritten() || y.isBeingWritten()).isFalse();
        assertThat(x.version()).isEqualTo(before + 6);
        x.recycle();
        assertThatThrownBy(() -> x.fill(1f)).isInstanceOf(IllegalStateException.class).hasMessage("tensor: this one of shape [2] is used after recycle()");
        assertThat(x.isBeingWritten()).isFalse();
    }

    @Test
    void tensorsAreWrittenTogether() {
        Tensor x = Tensor.zeros(1), y = Tensor.zeros(1);
        Tensor.write(List.of(x, y), () -> {
            x.fill(1f);
            assertThat(x.isBeingWritten()).as("the others are not written yet").isTrue();
            y.fill(1f);
        });
        assertThat(x.isBeingWritten() || y.isBeingWritten()).isFalse();
    }

    @Test
    void noWriteIsLostWhenSeveralThreadsWrite() {
        Tensor x = Tensor.zeros(4);
        int before = x.version();
        IntStream.range(0, 20_000).parallel().forEach(i -> x.select(0, i % 4).fill(i));
        assertThat(x.version()).isEqualTo(before + 40_000);
        assertThat(x.isBeingWritten()).isFalse();
    }

    @Test
    void whatIsWrittenWhileItIsNeededIsNoticed() {
        Tensor a = Tensor.ones(2).requireGrad(), b = Tensor.ones(2);
        Tensor result = Step.record("Test", Tensor.ones(2), List.of(a), List.of(b), g -> {
            b.fill(2f); // as if on another thread
            return new Tensor[] {g.mul(b)};
        }).sum();
        assertThatThrownBy(result::backward).isInstanceOf(IllegalStateException.class).hasMessage("backward: a tensor of shape [2] that Test needs was written after the forward "
                + "pass (version 2 then, 4 now); call backward before writing to it");
        assertThat(a.grad()).isNull();
    }

    @Test
    void viewsThatCannotBe() {
        Tensor x = Tensor.zeros(10, 5);
        rejected(() -> x.view(-1, -1), "view: sizes [-1, -1]; only one of them may be -1");
        rejected(() -> x.view(7, -1), "view: sizes [7, -1] for a tensor of shape [10, 5]; they must make up exactly its 50 elements");
        rejected(() -> x.view(7, 7), "view: sizes [7, 7] for a tensor of shape [10, 5]; they must make up exactly its 50 elements");
        rejected(() -> x.view(-2, -25), "shape: [-2, -25] has size -2 in dimension 0; sizes must be 0 or more");
        rejected(() -> Tensor.zeros(0, 5).view(0, -1), "view: sizes [0, -1] for a tensor of shape [0, 5]; with a size of 0 the -1 could be anything; name it");
    }

    @Test
    void indicesThatDoNotExist() {
        Tensor x = Tensor.zeros(10, 5);
        rejected(() -> x.select(0, 10), "select: index 10 in dimension 0 of [10, 5]; indices go from -10 to 9");
        rejected(() -> x.get(1), "get: 1 indices for a tensor of shape [10, 5]; one for each of its 2 dimensions is required");
        rejected(() -> x.get(1, 5), "get: index 5 in dimension 1 of [10, 5]; indices go from -5 to 4");
        rejected(() -> x.narrow(0, 8, 3), "narrow: 3 from 8 on, in dimension 0 of [10, 5]; start and length must not be negative, and end within its 10");
        rejected(() -> x.rows(1, 10), "rows: index 10 at position 1 for a tensor of shape [10, 5]; indices go from 0 to 9");
        rejected(() -> x.rows(new int[] {-2}, 0f), "rows: index -2 at position 0 for a tensor of shape [10, 5]; indices go from -1 to 9");
        rejected(() -> x.size(2), "shape: dimension 2 of [10, 5]; dimensions go from -2 to 1");
    }

    @Test
    void operandsThatDoNotFit() {
        rejected(() -> Tensor.zeros(2, 3).add(Tensor.zeros(2)), "add: this is [2, 3], the other is [2]; counted from the last dimension, sizes must be equal, or one of them 1 or missing");
        rejected(() -> Tensor.zeros(1 << 16, 1).mul(Tensor.zeros(1 << 16)), "shape: [65536, 65536] has more elements than a tensor can hold (2147483647)");
        rejected(() -> Tensor.zeros(2, 3).clamp(1, 0), "clamp: low 1.0, high 0.0; low must be at most high, and neither NaN");
        rejected(() -> Tensor.zeros(2, 3).clamp(Float.NaN, 0), "clamp: low NaN, high 0.0; low must be at most high, and neither NaN");
        rejected(() -> Tensor.zeros(2, 0).max(-1), "max: dimension 1 of [2, 0] is empty; a size of at least 1 is required");
        rejected(() -> Tensor.zeros(2, 3).matmul(Tensor.zeros(2, 3)), "matmul: this is [2, 3], the other is [2, 3]; the other must be [k, n] and this one's last dimension k");
        rejected(() -> Tensor.zeros(2, 3).copyFrom(Tensor.zeros(3, 2)), "copyFrom: the other tensor is [3, 2]; it must be [2, 3] like this one");
        rejected(() -> Tensor.scalar(1).softmax(), "softmax: the tensor is a single number; at least one dimension is required");
        rejected(() -> Tensor.zeros(2, 0).argmax(), "argmax: the tensor is [2, 0]; a last dimension of at least 1 is required");
        assertThatThrownBy(() -> Tensor.zeros(2).item()).hasMessage("item: the tensor is [2]; it must have exactly one element, not 2");
    }

    @Test
    void argmaxTakesTheFirstAmongEquals() {
        assertThat(Tensor.of(new float[][] {{1, 3, 3}, {0, -1, -2}}).argmax()).containsExactly(1, 0);
    }

    @Test
    void softmaxOfMaskedScoresIsZeroThere() {
        Tensor y = Tensor.of(0, Float.NEGATIVE_INFINITY, 0).softmax();
        assertThat(y.toArray()).containsExactly(0.5f, 0f, 0.5f);
    }

    @Test
    void sumsOfManyNumbersKeepTheirDigits() {
        assertThat(Tensor.full(0.1f, 1_000_000).sum().item()).isEqualTo((float) (1_000_000 * (double) 0.1f));
        assertThat(Tensor.full(3f, 100_001).sumOfSquares()).isEqualTo(900_009);
    }

    @Test
    void gradientsAddUpUntilTheyAreCleared() {
        Tensor x = Tensor.of(1, 2).requireGrad();
        x.mul(3f).sum().backward();
        x.mul(3f).sum().backward();
        assertThat(x.grad().toArray()).containsExactly(6, 6);
        Tensor old = x.grad();
        x.clearGrad();
        assertThat(x.grad()).isNull();
        assertThatThrownBy(old::toArray).isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor: this one of shape [2] is used after its gradient was cleared; copy() a gradient that is needed for longer");
    }

    @Test
    void backwardNeedsSomethingToGoBackFromAndTo() {
        assertThatThrownBy(() -> Tensor.ones(2).requireGrad().mul(2f).backward()).isInstanceOf(IllegalStateException.class)
                .hasMessage("backward: the tensor is [2]; without a gradient it must have exactly one element; take its sum() or mean(), or give the gradient");
        assertThatThrownBy(() -> Tensor.ones(1).backward()).isInstanceOf(IllegalStateException.class)
                .hasMessage("backward: the tensor of shape [1] was not computed from anything that requires a gradient; call requireGrad() on a tensor before using it, "
                        + "and compute outside of Gradients.off and Inference.of");
        Tensor x = Tensor.ones(2).requireGrad();
        x.mul(2f).backward(Tensor.of(1, 10), Graph.RELEASE);
        assertThat(x.grad().toArray()).containsExactly(2, 20);
    }

    @Test
    void nothingIsRecordedInsideOff() {
        Tensor x = Tensor.ones(2).requireGrad();
        assertThat(Gradients.off(() -> x.mul(2f)).requiresGrad()).isFalse();
        assertThat(x.mul(2f).requiresGrad()).isTrue();
        assertThat(x.detach().requiresGrad()).isFalse();
    }

    @Test
    void aGraphUsedTwiceAndATensorWrittenInBetween() {
        Tensor x = Tensor.ones(2).requireGrad();
        Tensor y = x.mul(x).sum();
        y.backward();
        assertThatThrownBy(y::backward).isInstanceOf(IllegalStateException.class).hasMessageStartingWith("backward: Sum was already used by an earlier backward");
        Tensor z = x.mul(x).sum();
        x.fill(3f);
        assertThatThrownBy(z::backward).isInstanceOf(IllegalStateException.class).hasMessageStartingWith("backward: a tensor of shape [2] that Mul needs was written after");
    }

    @Test
    void buffersOfAnyByteOrder() {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
            FloatBuffer buffer = ByteBuffer.allocate(8).order(order).asFloatBuffer();
            Tensor.of(1, 2).copyTo(buffer);
            assertThat(buffer.get(1)).as(order.toString()).isEqualTo(2f);
            assertThat(Tensor.zeros(2).copyFrom(buffer.flip()).toArray()).as(order.toString()).containsExactly(1, 2);
        }
        rejected(() -> Tensor.of(1, 2).copyTo(FloatBuffer.allocate(1)), "copyTo: room for 1 numbers for a tensor of shape [2]; 2 are required");
    }

    @Test
    void transposingLongAndFlatTensors() {
        assertThat(Tensor.zeros(2, 50_000, 1).transpose(0, 1).shape()).isEqualTo(Shape.of(50_000, 2, 1));
        assertThat(Shape.of(70_000, 70_000, 0).elements()).isZero();
    }

    @Test
    void resultsThatWereRecordedCannotBeWritten() {
        Tensor y = Tensor.ones(2, 2).requireGrad().mul(2f);
        assertThatThrownBy(() -> y.select(0, 1).fill(0f)).isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor: this one of shape [2] is a result of View, and its gradient would not know of the write; write to a copy(), to detach(), or inside "
                        + "Gradients.off");
        assertThatThrownBy(() -> y.copyFrom(1, 2, 3, 4)).isInstanceOf(IllegalStateException.class);
        Gradients.off(() -> y.fill(3f));
        assertThat(y.toArray()).containsOnly(3f);
    }

    @Test
    void aGradientGivenIsNotChangedOnTheWay() {
        Tensor w = Tensor.of(1).requireGrad();
        w.mul(1f).sum().backward();
        w.add(w).backward(w.grad(), Graph.RELEASE);
        assertThat(w.grad().toArray()).containsExactly(3);
    }

    @Test
    void aBackwardThatFailsChangesNothing() {
        Tensor p = Tensor.of(1, 2).requireGrad();
        Tensor q = Tensor.of(3, 4).requireGrad();
        Tensor used = p.mul(p);
        used.sum().backward();
        p.clearGrad();
        assertThatThrownBy(() -> used.add(q).sum().backward()).isInstanceOf(IllegalStateException.class);
        assertThat(q.grad()).isNull();
    }

    @Test
    void gradientsGoOnlyToWhatRequiredThemThen() {
        Tensor x = Tensor.of(1, 2);
        Tensor loss = x.mul(Tensor.of(3, 4).requireGrad()).sum();
        x.requireGrad();
        loss.backward();
        assertThat(x.grad()).isNull();
    }

    @Test
    void aGraphKeptIsUsedAgain() {
        Tensor x = Tensor.of(1, 2).requireGrad();
        Tensor y = x.mul(x).sum();
        y.backward(Graph.KEEP);
        y.backward();
        assertThat(x.grad().toArray()).containsExactly(4, 8);
    }
}
