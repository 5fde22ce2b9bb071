package dev.sluice.examples.stress;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.Batches;
import dev.sluice.core.train.GradientClip;
import dev.sluice.core.train.Optimizer;
import java.util.Arrays;
import java.util.List;

/** Trains a tagger, an epoch at a time. */
public final class StressTraining {
    private final StressTagger tagger;
    private final List<StressWord> words;
    private final Batches batches;
    private final Generator random;
    private final Optimizer optimizer;
    private final CrossEntropy crossEntropy = new CrossEntropy();
    private final GradientClip clip = new GradientClip(5);

    /** What an epoch tells while it runs: words seen so far, and the mean loss of the batches so far. */
    @FunctionalInterface
    public interface Listener {
        void batchDone(int words, double loss);
    }

    /**
     * @param random where the order of words comes from
     */
    public StressTraining(StressTagger tagger, List<StressWord> words, int batchSize, double learningRate, Generator random) {
        this.tagger = tagger;
        this.words = words;
        this.random = random;
        batches = new Batches(words.stream().mapToInt(word -> word.phones().length).toArray(), batchSize);
        optimizer = new Adam(tagger.parameters(), learningRate);
    }

    /** One pass over all words; the mean loss of its batches. */
    public double epoch(Listener listener) {
        tagger.train();
        double sum = 0;
        int done = 0;
        int seen = 0;
        for (int[] batch : batches.shuffled(random)) {
            sum += step(Arrays.stream(batch).mapToObj(words::get).toList());
            done++;
            seen += batch.length;
            listener.batchDone(seen, sum / done);
        }
        tagger.eval();
        return sum / done;
    }

    private double step(List<StressWord> batch) {
        try (TensorScope _ = TensorScope.open()) {
            PackedSequence scores = tagger.forward(batch.stream().map(StressWord::phones).toList());
            Tensor loss = crossEntropy.of(scores.data(), scores.packing().pack(batch.stream().map(StressWord::tags).toList()));
            optimizer.zeroGradients();
            loss.backward();
            clip.apply(tagger.parameters());
            optimizer.step();
            return loss.item();
        }
    }
}
