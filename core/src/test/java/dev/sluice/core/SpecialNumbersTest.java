package dev.sluice.core;

import static java.lang.Float.NaN;
import static java.lang.Float.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Graph;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.BCEWithLogits;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.ElementLoss;
import dev.sluice.core.nn.Huber;
import dev.sluice.core.nn.L1;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.train.GradientClip;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NaN and infinities in layers, losses and clipping, as PyTorch 2.13 treats them; {@code n} stands for nan and {@code i} for inf in its calls. */
class SpecialNumbersTest {
    private static final float I = POSITIVE_INFINITY;

    /** L = torch.tensor([row], requires_grad=True); torch.nn.functional.cross_entropy(L, torch.tensor([target])).backward() */
    @Test
    void crossEntropy() {
        assertLoss(new float[] {I, 1}, 0, NaN, NaN, NaN);
        assertLoss(new float[] {I, 1}, 1, NaN, NaN, NaN);
        assertLoss(new float[] {-I, 1}, 0, I, -1, 1);
        assertLoss(new float[] {NaN, 1}, 0, NaN, NaN, NaN);
        assertLoss(new float[] {-I, -I}, 0, NaN, NaN, NaN);
    }

    private static void assertLoss(float[] row, int target, float loss, float... gradient) {
        Tensor logits = Tensor.of(new float[][] {row}).requireGrad();
        Tensor result = new CrossEntropy().of(logits, new int[] {target});
        assertThat(result.toArray()).containsExactly(loss);
        result.backward();
        assertThat(logits.grad().toArray()).containsExactly(gradient);
    }

    /** torch.nn.functional.mse_loss(torch.tensor([n, i]), torch.tensor([1., i])); of one of them alone each */
    @Test
    void meanSquaredError() {
        assertThat(new MSE().of(Tensor.of(NaN), Tensor.of(1)).item()).isNaN();
        assertThat(new MSE().of(Tensor.of(I), Tensor.of(I)).item()).isNaN();
        assertThat(new MSE().of(Tensor.of(I), Tensor.of(1)).item()).isEqualTo(I);
    }

    /**
     * X = torch.tensor(prediction, requires_grad=True); torch.nn.functional.l1_loss(X, torch.tensor(target)).backward(), and likewise; only BCE of −i and 1 is n there,
     * where it is i here
     */
    @Test
    void otherLossesOfElements() {
        assertLoss(new L1(), NaN, 1, NaN, 0);
        assertLoss(new L1(), I, I, NaN, 0);
        assertLoss(new L1(), -I, 1, I, -1);
        assertLoss(new Huber(), NaN, 1, NaN, NaN);
        assertLoss(new Huber(), I, I, NaN, NaN);
        assertLoss(new Huber(), -I, 1, I, -1);
        assertLoss(new BCEWithLogits(), NaN, 1, NaN, NaN);
        assertLoss(new BCEWithLogits(), I, 1, NaN, 0);
        assertLoss(new BCEWithLogits(), I, 0, I, 1);
        assertLoss(new BCEWithLogits(), I, 0.5f, I, 0.5f);
        assertLoss(new BCEWithLogits(), -I, 0, NaN, 0);
        assertLoss(new BCEWithLogits(), -I, 1, I, -1);
    }

    private static void assertLoss(ElementLoss<?> loss, float prediction, float target, float expected, float gradient) {
        Tensor x = Tensor.of(prediction).requireGrad();
        Tensor result = loss.of(x, Tensor.of(target));
        result.backward();
        assertThat(new float[] {result.item(), x.grad().item()}).as("%s of %s and %s", loss, prediction, target).containsExactly(expected, gradient);
    }

    /** p.grad = torch.tensor(gradient); torch.nn.utils.clip_grad_norm_([p], 1.0); the last two are inf and 0 there, for it sums in float32 */
    @Test
    void clipping() {
        assertClipped(new float[] {NaN, 1}, NaN, NaN, NaN);
        assertClipped(new float[] {I, 1}, I, NaN, 0);
        assertClipped(new float[] {0, 0}, 0, 0, 0);
        assertClipped(new float[] {0x1p100f, 0}, 0x1p100f, 1, 0);
        assertClipped(new float[] {1e-30f, 0}, 1e-30f, 1e-30f, 0);
    }

    private static void assertClipped(float[] gradient, float norm, float... clipped) {
        Tensor parameter = Tensor.zeros(2).requireGrad();
        parameter.mul(1f).backward(Tensor.of(gradient), Graph.RELEASE);
        assertThat(new float[] {(float) new GradientClip(1).apply(List.of(parameter))}).containsExactly(norm);
        assertThat(parameter.grad().toArray()).containsExactly(clipped);
    }

    /** torch.nn.functional.dropout(torch.tensor([n, i, 1.]), 1.0) */
    @Test
    void dropoutOfEverythingKeepsNaN() {
        assertThat(new Dropout(1).forward(Tensor.of(NaN, I, 1)).toArray()).containsExactly(NaN, NaN, 0);
    }

    /** torch.nn.functional.linear(torch.tensor([n, i, 3.]), torch.zeros(1, 3), torch.zeros(1)); torch.zeros(2, 0) @ torch.zeros(0, 3) */
    @Test
    void productsWithZero() {
        assertThat(Linear.of(Tensor.zeros(1, 3), Tensor.zeros(1)).forward(Tensor.of(new float[][] {{NaN, 0, 3}, {0, I, 3}, {0, 0, 3}})).toArray()).containsExactly(NaN, NaN, 0);
        assertThat(Tensor.zeros(2, 0).matmul(Tensor.zeros(0, 3)).toArray()).hasSize(6).containsOnly(0f);
        assertThat(new Linear(3, 2).forward(Tensor.zeros(0, 3)).toArray()).isEmpty();
    }
}
