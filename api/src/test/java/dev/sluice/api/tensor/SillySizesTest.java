package dev.sluice.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Whatever the sizes: a tensor, or an exception that says what was given and what is possible. */
class SillySizesTest {
    private static final int[] SILLY = {Integer.MIN_VALUE, -65536, -2, -1, 0, 1, 2, 3, 7, 65536, 100_000, 1 << 30, Integer.MAX_VALUE};

    private final Random random = new Random(1);

    private int silly() {
        return SILLY[random.nextInt(SILLY.length)];
    }

    private int[] sillies() {
        return random.ints(random.nextInt(5), 0, SILLY.length).map(i -> SILLY[i]).toArray();
    }

    @Test
    void noSizeEndsInAnythingButAnAnswer() {
        List<Tensor> tensors = List.of(Tensor.zeros(2, 3), Tensor.zeros(0, 65536, 65536), Tensor.zeros(65536, 0, 65536), Tensor.zeros(65536, 65536, 0), Tensor.scalar(1),
                Tensor.zeros(1, 1, 1), Tensor.zeros(0));
        for (int round = 0; round < 5_000; round++) {
            Tensor x = tensors.get(random.nextInt(tensors.size())), other = tensors.get(random.nextInt(tensors.size()));
            int[] sizes = sillies();
            int one = silly(), two = silly(), three = silly();
            List<Supplier<Object>> calls = List.of(() -> Shape.of(sizes).elements(), () -> x.shape().with(one, two), () -> x.shape().without(one), () -> x.shape().size(one),
                    () -> x.view(sizes), () -> x.narrow(one, two, three), () -> x.select(one, two), () -> x.transpose(one, two), () -> x.rows(sizes), () -> x.rows(sizes, 0f),
                    () -> x.get(sizes), () -> Tensor.cat(List.of(x, other, x), one), () -> Tensor.stack(List.of(x, other), one), () -> Tensor.stack(List.of(x, x), one),
                    () -> x.sum(one), () -> x.mean(one), () -> x.add(other), () -> x.mul(other), () -> x.max(one), () -> x.unsqueeze(one), () -> x.squeeze(one), x::toRows, x::exp, x::softmax, x::logSoftmax, x::argmax, x::copy, x::toArray, x::toString, x::matrix,
                    () -> x.equalTo(other).count(), () -> x.copyFrom(other), () -> Tensor.of(Shape.of(sizes), 1f), x::sum, x::mean, x::item, () -> x.sub(other), x::sumOfSquares);
            Supplier<Object> call = calls.get(random.nextInt(calls.size()));
            try {
                call.get();
            } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
                assertThat(e.getMessage()).as("%s, %s, %s of %s and %s", one, two, three, x.shape(), other.shape()).isNotBlank().contains(":");
                assertThat(e.getStackTrace()[0].getClassName()).startsWith("dev.sluice");
            }
        }
    }

    @Test
    void joinedTensorsOfTooManySlices() {
        Tensor many = Tensor.zeros(1 << 30, 0);
        assertThatThrownBy(() -> Tensor.cat(List.of(many, many, many), 0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cat: 3 tensors, the first [1073741824, 0], would have 3221225472 in dimension 0; at most 2147483647 is possible");
    }

    @Test
    void aBufferThatCannotBeWritten() {
        assertThatThrownBy(() -> Tensor.zeros(2).copyTo(FloatBuffer.allocate(2).asReadOnlyBuffer())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("copyTo: the buffer is read-only; one that can be written is required");
    }
}
