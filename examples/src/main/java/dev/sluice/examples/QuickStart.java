package dev.sluice.examples;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.BiLSTM;
import dev.sluice.core.Layout;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.train.Adam;
import java.util.List;
import java.util.stream.Stream;

/** The first screen of the README: a BiLSTM learns something about three sequences of different lengths. */
public final class QuickStart {
    private QuickStart() {}

    public static void main(String[] args) {
        Generator random = new Generator(0);
        List<Tensor> sequences = Stream.of(4, 2, 3).map(steps -> Tensor.randn(random, steps, 5)).toList();
        PackedSequence packed = PackedSequence.pack(sequences);         // data [9, 5]: no padding
        Tensor target = packed.data().sum(1).view(-1, 1);               // [9, 1]: learn to add five numbers

        BiLSTM lstm = new BiLSTM(5, 8, random);                         // input size, hidden size
        Linear head = new Linear(16, 1, random);
        Adam adam = new Adam(Stream.of(lstm, head).flatMap(part -> part.parameters().stream()).toList(), 0.01);
        for (int step = 0; step <= 300; step++) {
            PackedSequence result = lstm.forward(packed).output().map(head::forward); // [9, 16], then [9, 1]
            Tensor loss = new MSE().of(result.data(), target);
            adam.zeroGradients();
            loss.backward();
            adam.step();
            if (step % 100 == 0) {
                System.out.println("step " + step + "  loss " + loss.item() + "  padded " + result.pad(Layout.BATCH_FIRST).data().shape());
            }
        }
    }
}
