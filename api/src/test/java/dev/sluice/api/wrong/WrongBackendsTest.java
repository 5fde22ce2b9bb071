package dev.sluice.api.wrong;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import dev.sluice.api.conformance.ReferenceBackend;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge judged: each wrong backend is caught by the rule it breaks, and a right one by none. */
class WrongBackendsTest {
    record Wrong(int rule, Supplier<ReferenceBackend> backend) {
        @Override
        public String toString() {
            return backend.get().getClass().getSimpleName() + " breaks rule " + rule;
        }
    }

    static Stream<Wrong> wrongBackends() {
        return Stream.of(
                new Wrong(1, WrongProducts.IgnoresStride::new),
                new Wrong(1, WrongProducts.IgnoresOffset::new),
                new Wrong(7, WrongProducts.IgnoresBeta::new),
                new Wrong(6, WrongProducts.ReadsOutputWhenBetaIsZero::new),
                new Wrong(4, WrongProducts.ForgetsLastColumn::new),
                new Wrong(2, WrongProducts.WritesOneRowTooMany::new),
                new Wrong(2, WrongProducts.WritesPastTheLastColumn::new),
                new Wrong(16, WrongProducts.PadsTermsWithZeros::new),
                new Wrong(11, WrongProducts.SplitsSums::new),
                new Wrong(13, WrongProducts.RoundsTwice::new),
                new Wrong(12, WrongProducts.SumsRowsFromTheLast::new),
                new Wrong(17, WrongProducts.FlushesDenormals::new),
                new Wrong(9, WrongProducts.SharesScratch::new),
                new Wrong(5, WrongProducts.KeepsOperands::new),
                new Wrong(10, WrongProducts.StartsThreads::new),
                new Wrong(10, WrongProducts.SumsByThread::new),
                new Wrong(7, WrongProducts.ForgetsBetaWhenPrepared::new),
                new Wrong(11, WrongProducts.SplitsSumsWhenPrepared::new),
                new Wrong(22, WrongProducts.PreparesOnce::new),
                new Wrong(14, WrongCells.SwapsInputAndForgetGate::new),
                new Wrong(14, WrongCells.LosesDigitsNearZero::new),
                new Wrong(14, WrongCells.MultipliesQuotients::new),
                new Wrong(16, WrongCells.LeaksBetweenRows::new),
                new Wrong(5, WrongCells.OverwritesItsState::new),
                new Wrong(15, WrongCells.ForgetsTheLaterGradient::new),
                new Wrong(22, WrongLayers.KeepsStaleWeights::new),
                new Wrong(20, WrongLayers.MovesStatesOfEndedSequences::new),
                new Wrong(18, WrongLayers.StartsAtThePaddedEnd::new),
                new Wrong(21, WrongLayers.InfersWithoutFirstStates::new),
                new Wrong(19, WrongLayers.UsesUpWhatWasSaved::new),
                new Wrong(19, WrongLayers.RemembersOnlyTheLastForward::new),
                new Wrong(19, WrongLayers.ForgetsTheGradientOfCells::new),
                new Wrong(18, WrongLayers.ShowsGatesAsCells::new),
                new Wrong(23, WrongLayers.BreaksOnFailure::new));
    }

    @ParameterizedTest
    @MethodSource("wrongBackends")
    void isCaughtByTheRuleItBreaks(Wrong wrong) {
        List<String> complaints = new ArrayList<>();
        boolean caught = judge(wrong.backend, wrong.rule).peek(complaints::add).anyMatch(complaint -> complaint.startsWith("rule " + wrong.rule + ":")); // and then no other test runs
        assertThat(caught).as("complaints about %s: %s", wrong, complaints).isTrue();
    }

    @Test
    void rightBackendsAreCaughtByNone() {
        assertThat(judge(ReferenceBackend::new, 1)).isEmpty();
        assertThat(judge(WrongProducts.SplitsSumsAndSaysSo::new, 1)).isEmpty();
    }

    /** What each test of the kit has to say against the backend, those of one rule first; they run as far as the stream is read. */
    private static Stream<String> judge(Supplier<ReferenceBackend> backend, int firstRule) {
        BackendContract contract = () -> new Provider(backend);
        String first = String.format("rule%02d", firstRule);
        return Arrays.stream(BackendContract.class.getMethods()).filter(test -> test.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparing((Method test) -> !test.getName().contains(first)).thenComparing(Method::getName)).flatMap(test -> complaint(contract, test).stream());
    }

    private static Optional<String> complaint(BackendContract contract, Method test) {
        try {
            test.invoke(contract);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(e.getCause() instanceof AssertionError error ? error.getMessage() : test.getName() + " ended with " + e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** Opens the backend under test; its workers are those it is given. */
    private record Provider(Supplier<ReferenceBackend> backend) implements BackendProvider {
        @Override
        public String name() {
            return "reference";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Backend open(BackendContext context) {
            ReferenceBackend opened = backend.get();
            opened.use(context.workers());
            return opened;
        }
    }
}
