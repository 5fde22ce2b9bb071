package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.LayerNorm;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Parameters that no longer require a gradient get none; all others get the bits that they get beside trained ones. */
class FreezingTest {
    private final Tensor x = random(new Generator(1), 6, 2, 3);

    /** Freezes each parameter in turn, and then all of them; {@code loss} also gives {@code input} a gradient, unless it is null. */
    private static void assertOthersKeepTheirGradients(Module module, Tensor input, Supplier<Tensor> loss) {
        Map<String, Tensor> all = gradients(module, input, loss);
        for (String frozen : module.namedParameters().keySet()) {
            module.namedParameters().get(frozen).requireGrad(false);
            Map<String, Tensor> others = gradients(module, input, loss);
            Map<String, Tensor> expected = new HashMap<>(all);
            expected.remove(frozen);
            assertThat(others.keySet()).as(frozen).isEqualTo(expected.keySet());
            others.forEach((name, gradient) -> assertSameBits(name + " beside " + frozen, gradient, expected.get(name)));
            module.namedParameters().get(frozen).requireGrad();
        }
        module.requireGrad(false);
        if (input == null) {
            assertThat(loss.get().requiresGrad()).as("nothing is recorded").isFalse();
        } else {
            Map<String, Tensor> inputAlone = gradients(module, input, loss);
            assertThat(inputAlone.keySet()).containsExactly("input");
            assertSameBits("input", inputAlone.get("input"), all.get("input"));
        }
        module.requireGrad(true);
        assertThat(gradients(module, input, loss).keySet()).isEqualTo(all.keySet());
    }

    private static Map<String, Tensor> gradients(Module module, Tensor input, Supplier<Tensor> loss) {
        module.clearGradients();
        if (input != null) {
            input.clearGrad();
        }
        Tensor result = loss.get();
        if (result.requiresGrad()) {
            result.backward();
        }
        Map<String, Tensor> gradients = new HashMap<>();
        module.namedParameters().forEach((name, parameter) -> {
            if (parameter.grad() != null) {
                gradients.put(name, parameter.grad().copy());
            }
        });
        if (input != null) {
            gradients.put("input", input.grad().copy());
        }
        return gradients;
    }

    @Test
    void lstm() {
        x.requireGrad();
        for (LSTM lstm : List.of(new LSTM(3, 4), LSTM.of(3, 4).layers(2).bidirectional().build(), LSTM.of(3, 4).projection(2).layers(2).build(), LSTM.of(3, 4).bias(false).build())) {
            assertOthersKeepTheirGradients(lstm, x, () -> {
                Tensor y = lstm.forward(x).output();
                return y.mul(y).sum();
            });
            x.requireGrad(false);
            lstm.requireGrad(false);
            assertThat(lstm.forward(x).output().requiresGrad()).isFalse();
            lstm.requireGrad(true);
            x.requireGrad();
        }
    }

    @Test
    void packedSequences() {
        BiLSTM lstm = new BiLSTM(3, 4);
        PackedSequence packed = PackedSequence.pack(List.of(random(new Generator(3), 2, 3), random(new Generator(4), 5, 3)));
        assertOthersKeepTheirGradients(lstm, null, () -> lstm.forward(packed).output().data().tanh().sum());
    }

    @Test
    void cell() {
        LSTMCell cell = new LSTMCell(3, 4);
        x.requireGrad();
        assertOthersKeepTheirGradients(cell, x, () -> {
            LSTMState state = cell.forward(x.select(0, 0));
            for (int t = 1; t < x.size(0); t++) {
                state = cell.forward(x.select(0, t), state);
            }
            return state.h().sum();
        });
    }

    @Test
    void linear() {
        Linear linear = new Linear(3, 2);
        x.requireGrad();
        assertOthersKeepTheirGradients(linear, x, () -> linear.forward(x).tanh().sum());
    }

    @Test
    void layerNorm() {
        LayerNorm norm = new LayerNorm(3);
        x.requireGrad();
        assertOthersKeepTheirGradients(norm, x, () -> norm.forward(x).tanh().sum());
    }

    @Test
    void embedding() {
        Embedding embedding = new Embedding(5, 3, OptionalInt.of(2), new Generator(1));
        assertOthersKeepTheirGradients(embedding, null, () -> embedding.forward(1, 2, 1, 4).tanh().sum());
    }

    @Test
    void aFrozenPartOfAModel() {
        Tagger tagger = new Tagger();
        assertOthersKeepTheirGradients(tagger, null, tagger::loss);
        tagger.embedding.requireGrad(false);
        assertThat(gradients(tagger, null, tagger::loss).keySet()).doesNotContain("embedding.weight").contains("lstm.weight_ih_l0", "head.bias");
    }

    private static final class Tagger extends Module {
        private final Embedding embedding = module("embedding", new Embedding(5, 3, new Generator(1)));
        private final LSTM lstm = module("lstm", new LSTM(3, 4, new Generator(2)));
        private final Linear head = module("head", new Linear(4, 2, new Generator(3)));

        Tensor loss() {
            return head.forward(lstm.forward(embedding.forward(1, 2, 3, 1)).output()).tanh().sum();
        }
    }

    @Test
    void aParameterFrozenAfterTheForwardPassTakesNoGradient() {
        Linear linear = new Linear(3, 2);
        Tensor loss = linear.forward(x).sum();
        linear.namedParameters().get("weight").requireGrad(false);
        loss.backward();
        assertThat(linear.namedParameters().get("weight").grad()).isNull();
        assertThat(linear.namedParameters().get("bias").grad().toArray()).containsOnly(12f);
    }

    @Test
    void theResultOfAnOperationCannotDoWithout() {
        Tensor y = x.requireGrad().mul(2f);
        assertThatThrownBy(() -> y.requireGrad(false)).isInstanceOf(IllegalStateException.class)
                .hasMessage("requireGrad: this tensor of shape [6, 2, 3] is a result of Mul; only a tensor that is no result of an operation can do without a gradient; detach() it");
        assertThat(y.requireGrad(true).detach().requireGrad(false).requiresGrad()).isFalse();
    }
}
