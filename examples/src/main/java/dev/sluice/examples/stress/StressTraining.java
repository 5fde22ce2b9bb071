package dev.sluice.examples.stress;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.Batches;
import dev.sluice.core.train.Checkpoint;
import dev.sluice.core.train.GradientClip;
import dev.sluice.core.train.Optimizer;
import dev.sluice.core.train.Resumable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Trains a tagger, an epoch at a time; may go on in the middle of one. */
public final class StressTraining implements Resumable {
    private final StressTagger tagger;
    private final List<StressWord> words;
    private final Batches batches;
    private final Generator random;
    private final Generator epochBegan = new Generator(0); // where random was
    private final Optimizer optimizer;
    private final CrossEntropy crossEntropy = new CrossEntropy();
    private final GradientClip clip = new GradientClip(5);
    private int epochs; // complete ones
    private int done; // batches of this one
    private double sum; // of their losses

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

    /** One pass over all words, or what is left of it; the mean loss of its batches. */
    public double epoch(Listener listener) {
        tagger.train();
        int seen = 0;
        int place = 0;
        for (int[] batch : order()) {
            seen += batch.length;
            if (place++ >= done) {
                sum += step(Arrays.stream(batch).mapToObj(words::get).toList());
                done++;
                listener.batchDone(seen, sum / done);
            }
        }
        tagger.eval();
        double loss = sum / done;
        epochs++;
        done = 0;
        sum = 0;
        return loss;
    }

    /** The batches of this epoch: drawn anew, or as they were drawn when it began. */
    private List<int[]> order() {
        if (done == 0) {
            epochBegan.restore(random.state());
            return batches.shuffled(random);
        }
        Generator again = new Generator(0);
        again.restore(epochBegan.state());
        return batches.shuffled(again);
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

    /** How many epochs are complete. */
    public int epochs() {
        return epochs;
    }

    /** What of a training is kept. */
    public Checkpoint checkpoint(Map<String, String> options) {
        return new Checkpoint(options).with("model", tagger).with("adam", optimizer).with("random", random).with("epoch began", epochBegan).with("training", this);
    }

    @Override
    public Map<String, String> progress() {
        return Map.of("epochs", "" + epochs, "done", "" + done, "sum", "" + sum);
    }

    @Override
    public void resume(Map<String, String> progress) {
        epochs = Integer.parseInt(progress.get("epochs"));
        done = Integer.parseInt(progress.get("done"));
        sum = Double.parseDouble(progress.get("sum"));
    }
}
