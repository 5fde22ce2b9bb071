package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Dropout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which elements are dropped, and when. */
class DropoutBetweenLayersTest {
    private final Generator random = new Generator(1);
    private final PackedSequence sequences = PackedSequence.pack(Stream.of(3, 5, 1).map(n -> Tensor.rand(new Generator(n), n, 3)).toList());

    private LSTM lstm(double dropout) {
        return LSTM.of(3, 4).layers(2).bidirectional().dropout(dropout).random(random).build();
    }

    /** The second layer of {@link #lstm}, alone. */
    private static LSTM second(LSTM lstm) {
        LSTM second = LSTM.of(8, 4).bidirectional().build();
        var values = new TreeMap<String, Tensor>();
        lstm.namedParameters().forEach((name, value) -> {
            if (name.contains("_l1")) {
                values.put(name.replace("_l1", "_l0"), value);
            }
        });
        second.load(values);
        return second;
    }

    @Test
    @Cites({"D1", "D3", "D4", "K5", "T21"})
    void everyElementBetweenTheLayersIsDroppedOrScaledOnItsOwn() {
        LSTM lstm = lstm(0.4);
        random.seed(5);
        AllStates<PackedSequence> states = lstm.allStates(sequences);
        LSTM second = second(lstm);
        PackedSequence dropped = states.h().getFirst().map(new Dropout(0.4, new Generator(5))::forward);
        assertSameBits("the second layer's output", second.forward(dropped).output().data(), states.h().getLast().data());
        assertThat(dropped.data().toArray()).as("some elements are dropped").contains(0f);
        assertThat(Arrays.stream(doubles(dropped)).filter(x -> x != 0).count()).as("and some are not").isPositive();
        random.seed(5);
        assertSameBits("from the same place in the stream", lstm.forward(sequences).output().data(), states.h().getLast().data());
    }

    private static double[] doubles(PackedSequence packed) {
        return Numbers.doubles(packed.data());
    }

    @Test
    void whatRemainsIsScaledAndItsShareIsThatAskedFor() {
        float[] values = new Dropout(0.3, new Generator(2)).forward(Tensor.ones(100, 100)).toArray();
        long dropped = 0;
        for (float value : values) {
            dropped += value == 0 ? 1 : 0;
            assertThat(value).isIn(0f, 1f / (1f - 0.3f));
        }
        assertThat(dropped / 10_000.0).isBetween(0.28, 0.32); // 4 standard deviations
    }

    @Test
    @Cites({"D2", "T20"})
    void withProbabilityOneTheNextLayerSeesZeros() {
        LSTM lstm = lstm(1);
        PackedSequence others = sequences.map(data -> data.mul(3f));
        assertSameBits("whatever the input", lstm.forward(sequences).output().data(), lstm.forward(others).output().data());
        assertSameBits("it is that of zeros", lstm.forward(sequences).output().data(), second(lstm).forward(sequences.map(data -> Tensor.zeros(9, 8))).output().data());
    }

    @Test
    @Cites({"D5", "T22", "T23"})
    void theProbabilityMayBeChangedAtAnyTime() {
        LSTM lstm = lstm(0);
        Tensor off = lstm.forward(sequences).output().data();
        for (double p : new double[] {0, .5, 0, .7, .2, 1, .2, 0}) {
            lstm.dropout(p);
            Tensor first = lstm.forward(sequences).output().data(), again = lstm.forward(sequences).output().data();
            assertThat(first.equalTo(off).all()).as("p = " + p + ": equal to none").isEqualTo(p == 0);
            assertThat(first.equalTo(again).all()).as("p = " + p + ": equal each time").isEqualTo(p == 0 || p == 1);
            lstm.eval();
            assertSameBits("in use", lstm.forward(sequences).output().data(), off);
            lstm.train();
        }
        assertThat(lstm.toString()).doesNotContain("dropout");
        lstm.dropout(0.5);
        assertThat(lstm).hasToString("LSTM(3, 4, layers=2, dropout=0.5, bidirectional=true)");
    }

    @Test
    @Cites({"C4", "C5", "D4"})
    void withOneLayerItHasNoEffectAndSaysSo() {
        List<String> warnings = warningsOf(() -> {
            LSTM one = LSTM.of(3, 4).dropout(0.5).build();
            assertSameBits("output", one.forward(sequences).output().data(), one.forward(sequences).output().data());
        });
        assertThat(warnings).containsExactly("LSTM: dropout 0.5 with one layer has no effect; it is applied between layers, so at least 2 are needed");
        assertThat(warningsOf(() -> LSTM.of(3, 4).layers(2).dropout(1).build())).isEmpty();
        assertThat(warningsOf(() -> LSTM.of(3, 4).dropout(0).build())).isEmpty();
    }

    private static List<String> warningsOf(Runnable action) {
        List<String> messages = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(LSTM.class.getName());
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        try {
            action.run();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        return messages;
    }
}
