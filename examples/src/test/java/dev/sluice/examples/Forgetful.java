package dev.sluice.examples;

import dev.sluice.api.Memory;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import java.util.Locale;

/** A service that answers with 3.3 MB of numbers each time and, unless it is told to, never opens a scope, as {@link ForgottenScopesTest} runs it. */
final class Forgetful {
    private Forgetful() {}

    /**
     * @param args how many inferences, and whether in scopes
     */
    public static void main(String[] args) throws Exception {
        LSTM lstm = new LSTM(8, 64, new Generator(0));
        lstm.eval();
        Tensor x = Tensor.randn(new Generator(1), 400, 32, 8);
        boolean scoped = Boolean.parseBoolean(args[1]);
        answer(lstm, x, scoped, 20);
        long begin = System.nanoTime();
        answer(lstm, x, scoped, Integer.parseInt(args[0]));
        System.out.printf(Locale.ROOT, "seconds %.2f held %d MB resident %d MB%n", (System.nanoTime() - begin) / 1e9, Memory.bytesHeld() >> 20, Resident.mostMegabytes());
    }

    private static void answer(LSTM lstm, Tensor x, boolean scoped, int times) {
        for (int i = 0; i < times; i++) {
            try (TensorScope _ = scoped ? TensorScope.open() : null) {
                Gradients.off(() -> lstm.forward(x));
            }
        }
    }
}
