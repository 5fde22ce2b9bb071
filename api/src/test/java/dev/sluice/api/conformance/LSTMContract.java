package dev.sluice.api.conformance;

import dev.sluice.api.Backend;
import dev.sluice.api.LSTMKernel;
import dev.sluice.api.StepwiseLSTM;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules about {@link LSTMKernel}: whatever a backend does inside, it gives what {@link StepwiseLSTM} gives. */
public interface LSTMContract extends ProviderContract {
    /** What every other is compared with. */
    LSTMKernel REFERENCE = new StepwiseLSTM(new ReferenceBackend());

    /** The run with the results and gradients that it must have. */
    private static LayerRun expected(long seed) {
        LayerRun run = new LayerRun(seed);
        run.forwardAndBackward(REFERENCE);
        return run;
    }

    @Test
    default void rule18_forwardIsTheStepwiseRecurrence_rule20_statesAreThoseOfEachSequencesEnds() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            LayerRun expected = expected(seed), actual = new LayerRun(seed);
            try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                actual.forward(lstm);
            }
            actual.compareOutputs("rule 18", backend.isExact(), expected);
            actual.compareCells("rule 18", backend.isExact(), expected);
            actual.compareWithEquations("rule 18");
            actual.saved.assertFrame("rule 2", actual.what + ": saved");
            actual.assertInputsUnchanged();
        }
    }

    @Test
    default void rule19_gradientsAreThoseOfTheStepwiseRecurrenceAndCanBeTakenAgain() {
        Backend backend = open(1);
        for (int seed = 0; seed < 60; seed++) {
            LayerRun expected = expected(seed), actual = new LayerRun(seed);
            try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                actual.forward(lstm);
                for (int time = 1; time <= 2; time++) {
                    actual.backward(lstm);
                    actual.compareGradients("rule 19", backend.isExact(), expected);
                    actual.compareOutputs("rule 19", backend.isExact(), expected);
                }
            }
            actual.assertInputsUnchanged();
        }
    }

    @Test
    default void rule19_eachGradientIsThatOfItsOwnPass() {
        Backend backend = open(1);
        for (int seed = 0; seed < 10; seed++) {
            LayerRun expected = expected(seed), actual = new LayerRun(seed);
            try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                actual.forward(lstm);
                actual.withOtherSequences(seed + 1).forward(lstm); // between the forward and the backward of another
                actual.backward(lstm);
            }
            actual.compareGradients("rule 19", backend.isExact(), expected);
        }
    }

    @Test
    default void rule04_layersOfAnySize() {
        Backend backend = open(1);
        for (int[] size : new int[][] {{70, 150, 40, 4}, {3, 20, 2, 90}, {1, 1, 1, 1}, {130, 65, 1, 3}, {150, 140, 1, 1}, {300, 135, 9, 1}, {10, 40, 140, 2}}) {
            LayerRun expected = new LayerRun(size[3], size[0], size[1], size[2], size[3]), actual = new LayerRun(size[3], size[0], size[1], size[2], size[3]);
            expected.forwardAndBackward(REFERENCE);
            actual.forwardAndBackward(backend);
            actual.compareOutputs("rule 4", backend.isExact(), expected);
            actual.compareGradients("rule 4", backend.isExact(), expected);
        }
    }

    @Test
    default void rule21_inferenceGivesWhatForwardGives() {
        Backend backend = open(1);
        for (int seed = 0; seed < 40; seed++) {
            LayerRun forward = new LayerRun(seed), infer = new LayerRun(seed);
            try (LSTMKernel.Prepared lstm = forward.prepare(backend)) {
                forward.forward(lstm);
                infer.infer(lstm);
            }
            infer.compareOutputs("rule 21", backend.isExact(), forward);
            infer.assertInputsUnchanged();
        }
    }

    @Test
    default void rule22_preparedWeightsAreThoseOfTheirPreparation() {
        Backend backend = open(1);
        for (int seed = 0; seed < 10; seed++) {
            LayerRun run = new LayerRun(seed + 100, 5, 9, 3, 4), changed = new LayerRun(seed + 100, 5, 9, 3, 4);
            run.prepare(backend).close();
            for (LayerRun each : List.of(run, changed)) {
                for (int r = 0; r < 36; r++) {
                    each.inputHidden.matrix().set(r, seed % 5, 0.25f * seed);
                    each.hiddenHidden.matrix().set(r, seed % 9, -0.125f * seed);
                }
            }
            changed.forwardAndBackward(REFERENCE);
            run.forwardAndBackward(backend);
            run.compareOutputs("rule 22", backend.isExact(), changed);
            run.compareGradients("rule 22", backend.isExact(), changed);
        }
    }

    @Test
    default void rule09_manyThreadsMayCallAtOnce() throws Exception {
        Backend backend = open(2);
        LayerRun weights = new LayerRun(7, 20, 33, 6, 12);
        try (LSTMKernel.Prepared lstm = weights.prepare(backend); LSTMKernel.Prepared reference = REFERENCE.prepare(weights.weights())) {
            Callers.run("sequences", seed -> {
                LayerRun expected = weights.withOtherSequences(seed);
                expected.forward(reference);
                expected.backward(reference);
                for (int time = 0; time < 25; time++) {
                    LayerRun run = weights.withOtherSequences(seed);
                    run.forward(lstm);
                    run.backward(lstm);
                    run.compareOutputs("rule 9", backend.isExact(), expected);
                    run.compareGradients("rule 9", backend.isExact(), expected);
                }
            });
        }
    }

    @Test
    default void rule10_layersAreTheSameEachTimeAndExactOnesOnAnyNumberOfThreads() {
        for (int seed = 0; seed < 6; seed++) {
            for (int threads = 2; threads <= 4; threads++) {
                Backend backend = open(threads);
                int steps = seed % 3 == 0 ? 1 : 5;
                LayerRun one = new LayerRun(seed, 40, 60, 30, steps), several = new LayerRun(seed, 40, 60, 30, steps);
                one.forwardAndBackward(backend.isExact() ? open(1) : backend);
                several.forwardAndBackward(backend);
                several.compareOutputs("rule 10", true, one);
                several.compareGradients("rule 10", true, one);
            }
        }
    }

    @Test
    default void rule23_anAbandonedPassLeavesNothingBehind() {
        Backend backend = open(1);
        LayerRun expected = expected(11), actual = new LayerRun(11);
        try (LSTMKernel.Prepared lstm = actual.prepare(backend)) {
            actual.withOtherSequences(12).forward(lstm); // no backward follows
            try {
                lstm.forward(actual.steps, null, null);
            } catch (RuntimeException failedAsItShould) {
                // and the kernel goes on working
            }
            actual.forward(lstm);
            actual.backward(lstm);
        }
        actual.compareOutputs("rule 23", backend.isExact(), expected);
        actual.compareGradients("rule 23", backend.isExact(), expected);
    }

    @Test
    default void rule16_notANumberStaysInItsSequence() {
        Backend backend = open(1);
        for (int seed = 0; seed < 10; seed++) {
            LayerRun expected = new LayerRun(seed, 6, 17, 5, 6), actual = new LayerRun(seed, 6, 17, 5, 6);
            for (LayerRun run : List.of(expected, actual)) {
                run.x.matrix().set(seed % 5, seed % 6, Float.NaN);
                run.x.snapshot();
            }
            try (LSTMKernel.Prepared reference = expected.prepare(REFERENCE); LSTMKernel.Prepared lstm = actual.prepare(backend)) {
                expected.forward(reference);
                actual.forward(lstm);
            }
            actual.compareOutputs("rule 16", backend.isExact(), expected);
        }
    }
}
