package dev.sluice.examples;

import static dev.sluice.examples.Program.title;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.BiLSTM;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.Layout;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Packing;
import dev.sluice.core.Padded;
import dev.sluice.core.PaddingSide;
import dev.sluice.core.nn.BCEWithLogits;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.LayerNorm;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import dev.sluice.core.nn.Sequential;
import dev.sluice.core.train.Adam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Sequences of different lengths, from one vector to a list of results.
///
/// Each step is a vector of 5 numbers, which an LSTM turns into 3. The sequences have 10 and 8 steps. What to import is at the top of
/// [the program](src/main/java/dev/sluice/examples/PackingWalkthrough.java).
/// `mvn -q test-compile exec:exec -pl examples -am -Dexample=PackingWalkthrough` runs it.
public final class PackingWalkthrough {
    private PackingWalkthrough() {}

    public static void main(String[] args) {
        oneSequence();
        aBatch();
        differentLengths();
        understandingPadding();
        packing();
        running();
        workingWithPaddedSequences();
        backToAList();
        labels();
        oneVector();
        answers();
    }

    /// One sequence needs nothing but itself: [steps, features] in, [steps, hidden] out. (Older tutorials for PyTorch say that a batch dimension must be
    /// made first. It need not, here or there.)
    static void oneSequence() {
        title("One sequence");
        LSTM lstm = new LSTM(5, 3);
        Tensor xs = Tensor.randn(new Generator(0), 10, 5);
        LSTMResult<Tensor> result = lstm.forward(xs);
        IO.println("xs " + xs.shape() + ", output " + result.output().shape() + ", h " + result.state().h().shape());
    }

    /// Two sequences of one length make a batch when they are stacked along the second dimension, since the first is time. Stacked along the first and then viewed in the right
    /// shape, they are *not* a batch, though nothing complains: a view does not move numbers, and what should be the first step of `ys` is the second of `xs`. To change the
    /// order of dimensions, transpose.
    static void aBatch() {
        title("A batch");
        Tensor xs = Tensor.arange(50).view(10, 5), ys = xs.add(100f);
        Tensor batch = Tensor.stack(List.of(xs, ys), 1);
        Tensor stacked = Tensor.stack(List.of(xs, ys), 0);
        Tensor viewed = stacked.view(10, 2, 5), transposed = stacked.transpose(0, 1);
        IO.println("stacked along dimension 1: " + batch.shape() + ", first step of ys " + batch.select(0, 0).select(0, 1));
        IO.println("viewed:                    " + viewed.shape() + ", first step of ys " + viewed.select(0, 0).select(0, 1) + "  (wrong)");
        IO.println("transposed:                " + transposed.shape() + ", first step of ys " + transposed.select(0, 0).select(0, 1));
        IO.println("output " + new LSTM(5, 3).forward(batch).output().shape());
    }

    /// With 10 steps and 8 there is nothing to stack. One way out is to fill the shorter sequence up. `Padded` does that, and remembers the lengths, without which
    /// nobody could tell padding from data. The padding may have any value, and stand on either side.
    static void differentLengths() {
        title("Different lengths");
        Tensor xs = Tensor.ones(10, 5), ys = Tensor.ones(8, 5);
        try {
            Tensor.stack(List.of(xs, ys), 1);
        } catch (IllegalArgumentException e) {
            IO.println(e.getMessage());
        }
        IO.println(Padded.of(List.of(xs, ys), Layout.BATCH_FIRST));
        IO.println(Padded.of(List.of(Tensor.of(1, 2, 3), Tensor.of(4)), Layout.BATCH_FIRST, 0f, PaddingSide.LEFT).data());
    }

    /// An LSTM does not know what padding is: it goes on computing, with the biases and what it remembers. So the output behind the end of a sequence is not zero, the last state is
    /// not the one after the last word, and the reverse direction of a BiLSTM starts in the padding and reaches the data with a state that is no longer zero. Zeros
    /// as padding change none of that.
    static void understandingPadding() {
        title("Understanding padding");
        BiLSTM lstm = new BiLSTM(5, 3, new Generator(1));
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        LSTMResult<Tensor> padded = lstm.forward(Padded.of(List.of(xs, ys), Layout.SEQUENCE_FIRST).data());
        LSTMResult<Tensor> alone = lstm.forward(ys);
        IO.println("output at step 9, where ys has ended: " + padded.output().select(0, 9).select(0, 1).narrow(0, 0, 3));
        IO.println("last h of ys, padded:                 " + padded.state().h().select(0, 0).select(0, 1));
        IO.println("last h of ys, alone:                  " + alone.state().h().select(0, 0));
        IO.println("reverse direction at step 7, padded:  " + padded.output().select(0, 7).select(0, 1).narrow(0, 3, 3));
        IO.println("reverse direction at step 7, alone:   " + alone.output().select(0, 7).narrow(0, 3, 3));
    }

    /// The other way out does without padding. A `PackedSequence` has the first step of all sequences, then the second of all that have one, and so on: 18
    /// rows for 10 and 8 steps. Its batch sizes are the number of sequences that are still there at each step, one number for each of the 10 steps; they are not the lengths of the
    /// sequences (which tutorials confuse), but the lengths can be told from them.
    ///
    /// Packing begins with the longest sequence, whatever the order in which you give them, and everything you get back is in your order.
    static void packing() {
        title("Packing");
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        PackedSequence packed = PackedSequence.pack(List.of(xs, ys));
        IO.println("data " + packed.data().shape());
        IO.println("batch sizes " + Arrays.toString(packed.packing().batchSizes()));
        IO.println("lengths     " + Arrays.toString(packed.packing().lengths()));

        Packing three = Packing.of(1, 4, 2);
        IO.println("lengths 1, 4, 2: batch sizes " + Arrays.toString(three.batchSizes()) + ", order " + Arrays.toString(three.sortedIndices()));
    }

    /// An LSTM takes what is packed as it is, and gives back an output packed alike; each sequence starts and ends where it does. What a linear layer does to rows, `map` does to packed rows.
    static void running() {
        title("A packed batch through an LSTM");
        LSTM lstm = LSTM.of(5, 3).random(new Generator(4)).build();
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.pack(List.of(ys, xs)));
        IO.println("output " + result.output().data().shape() + ", h " + result.state().h().shape());
        IO.println("last h of ys, packed: " + result.state().h().select(0, 0).select(0, 0));
        IO.println("last h of ys, alone:  " + lstm.forward(ys).state().h().select(0, 0));
        IO.println("after a linear layer  " + result.output().map(new Linear(3, 2)::forward).data().shape());
    }

    /// Some things want a rectangle: attention, a plot, another library. `pad` makes one of what is packed, and fills up what comes after the LSTM, not what goes into it: behind the
    /// eight steps of `ys` there are zeros, or what you like, and gradients do not reach them. Data that arrive padded are packed with their lengths, `packPadded`, and what is in
    /// the padding then has no effect at all.
    static void workingWithPaddedSequences() {
        title("Working with padded sequences");
        LSTM lstm = LSTM.of(5, 3).random(new Generator(4)).build();
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        Tensor arrived = Padded.of(List.of(xs, ys), Layout.BATCH_FIRST, Float.NaN, PaddingSide.RIGHT).data();
        arrived.requireGrad();
        PackedSequence packed = PackedSequence.packPadded(arrived, Layout.BATCH_FIRST, 10, 8);
        Padded padded = lstm.forward(packed).output().pad(Layout.BATCH_FIRST);
        IO.println("in " + arrived.shape() + ", packed " + packed.data().shape() + ", " + padded);
        IO.println("ys, steps 7 to 9:\n" + padded.data().select(0, 1).narrow(0, 7, 3).detach());
        padded.data().sum().backward();
        IO.println("the gradient of the padding is zero: " + arrived.grad().select(0, 1).narrow(0, 8, 2).equalTo(Tensor.zeros(2, 5)).all());
        IO.println("with two more steps: " + lstm.forward(packed).output().pad(Layout.SEQUENCE_FIRST, -1f, 12));
    }

    /// Finally, one result for each sequence, as long as it is, in the order in which you gave them. They are the numbers that each sequence gets alone: not
    /// nearly, but to the last bit.
    static void backToAList() {
        title("Back to a list");
        LSTM lstm = LSTM.of(5, 3).random(new Generator(4)).build();
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        List<Tensor> results = lstm.forward(PackedSequence.pack(List.of(xs, ys))).output().unpack();
        IO.println("results " + results.get(0).shape() + " and " + results.get(1).shape());
        IO.println("equal to each alone: " + results.get(0).equalTo(lstm.forward(xs).output()).all() + ", " + results.get(1).equalTo(lstm.forward(ys).output()).all());
    }

    /// Labels, one for each step, are packed by the same packing, and so a loss counts every step once and no padding ever. Predictions are unpacked the same way.
    static void labels() {
        title("Labels");
        LSTM lstm = LSTM.of(5, 3).random(new Generator(4)).build();
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        PackedSequence packed = PackedSequence.pack(List.of(xs, ys));
        int[] targets = packed.packing().pack(List.of(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, new int[] {2, 1, 0, 2, 1, 0, 2, 1}));
        Tensor logits = lstm.forward(packed).output().data();
        IO.println("logits " + logits.shape() + ", targets " + targets.length + ", loss " + String.format(Locale.ROOT, "%.4f", new CrossEntropy().of(logits, targets).item()));
        List<int[]> predicted = packed.packing().unpack(logits.argmax());
        IO.println("predicted for ys: " + predicted.get(1).length + " labels");
    }

    /// Often there is one question for a whole sequence: is this review friendly, will this engine fail? Then the states of all its steps are to become one vector. `lastHidden` takes what both
    /// directions know when they have read everything, `mean` the mean over the steps, and `max` the largest of each number over the steps. A sequence's vector is made of its own steps, whatever
    /// else is in the batch, and comes at its place in your order. In a padded batch, zeros would have been counted.
    static void oneVector() {
        title("One vector for each sequence");
        LSTM lstm = LSTM.of(5, 3).layers(2).bidirectional().random(new Generator(4)).build();
        Tensor xs = Tensor.randn(new Generator(2), 10, 5), ys = Tensor.randn(new Generator(3), 8, 5);
        LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.pack(List.of(ys, xs)));
        Tensor last = result.lastHidden(), mean = result.output().mean(), max = result.output().max();
        IO.println("last hidden " + last.shape() + ", mean " + mean.shape() + ", max " + max.shape());
        IO.println("equal to xs alone: " + last.select(0, 1).equalTo(lstm.forward(xs).lastHidden()).all() + ", " + mean.select(0, 1).equalTo(lstm.forward(xs).output().mean(0)).all());
    }

    /// Which of them is best depends on the question. Here a coin is tossed 4 to 20 times, and the question is whether heads came three times in a row. A step of the LSTM can see that, so it stands
    /// somewhere in the output: `max` finds it there, the mean thins it out, and the last state must have remembered it to the end. After a short training, they stand like this, on sequences
    /// that none of them has seen.
    ///
    /// `Sequential` puts layers and functions one after the other; what comes out is a logit, and `BCEWithLogits` takes it as it is, beside a 1 for yes and a 0 for no. Above zero, yes is more likely.
    static void answers() {
        title("An answer for each sequence");
        final class Model extends Module {
            private final BiLSTM lstm;
            private final Sequential head;
            private final Function<LSTMResult<PackedSequence>, Tensor> summary;

            Model(Function<LSTMResult<PackedSequence>, Tensor> summary, Generator random) {
                lstm = module("lstm", new BiLSTM(1, 8, random));
                head = module("head", new Sequential(new LayerNorm(16), new Linear(16, 8, random), Tensor::relu, new Linear(8, 1, random)));
                this.summary = summary;
            }

            Tensor forward(PackedSequence tosses) {
                return head.forward(summary.apply(lstm.forward(tosses)));     // [batch, 16], then [batch, 1]
            }
        }

        record Batch(PackedSequence tosses, Tensor answers) {
            static Batch draw(int size, Generator random) {
                List<Tensor> tosses = new ArrayList<>();
                Tensor answers = Tensor.zeros(size, 1);
                for (int i = 0; i < size; i++) {
                    float[] coin = new float[random.nextInt(4, 21)];
                    for (int t = 0; t < coin.length; t++) {
                        coin[t] = random.nextInt(2);
                    }
                    tosses.add(Tensor.of(coin).view(-1, 1));                  // [length, 1]
                    answers.select(0, i).fill(Arrays.toString(coin).contains("1.0, 1.0, 1.0") ? 1f : 0f);
                }
                return new Batch(PackedSequence.pack(tosses), answers);
            }
        }

        Map<String, Function<LSTMResult<PackedSequence>, Tensor>> summaries = new LinkedHashMap<>();
        summaries.put("last hidden", LSTMResult::lastHidden);
        summaries.put("mean", result -> result.output().mean());
        summaries.put("max", result -> result.output().max());
        summaries.forEach((name, summary) -> {
            Generator random = new Generator(5);
            Model model = new Model(summary, random);
            Adam adam = new Adam(model.parameters(), 0.03);
            for (int step = 0; step < 50; step++) {
                try (TensorScope _ = TensorScope.open()) {
                    Batch batch = Batch.draw(32, random);
                    Tensor loss = new BCEWithLogits().of(model.forward(batch.tosses), batch.answers);
                    adam.zeroGradients();
                    loss.backward();
                    adam.step();
                }
            }
            Batch unseen = Batch.draw(500, new Generator(6));
            float[] logits = Gradients.off(() -> model.forward(unseen.tosses)).toArray(), answers = unseen.answers.toArray();
            long right = IntStream.range(0, 500).filter(i -> logits[i] > 0 == (answers[i] == 1)).count();
            IO.println(name + ": right " + right + " times out of 500");
        });
    }
}
