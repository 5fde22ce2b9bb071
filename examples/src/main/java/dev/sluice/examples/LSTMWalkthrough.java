package dev.sluice.examples;

import static dev.sluice.examples.Program.title;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.LSTMState;
import dev.sluice.core.AllStates;
import dev.sluice.core.StatefulLSTM;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.MSE;
import dev.sluice.core.nn.Module;
import dev.sluice.core.train.Adam;
import java.util.List;
import java.util.Locale;

/// An LSTM from its first batch to a module that keeps its state.
///
/// The data are 100 observations of 15 features over 10 time steps; the LSTM has 8 hidden units and reads batches of 16. Every shape is printed as you
/// would see it. What to import is at the top of
/// [the program](src/main/java/dev/sluice/examples/LSTMWalkthrough.java). `mvn -q test-compile exec:exec -pl examples -am -Dexample=LSTMWalkthrough` runs it.
public final class LSTMWalkthrough {
    private LSTMWalkthrough() {}

    public static void main(String[] args) {
        observations();
        oneBatch();
        outputAndStates();
        layers();
        biLSTMs();
        dropout();
        stateFromPieceToPiece();
        aModuleWithAState();
        training();
    }

    /// A batch for an LSTM has three dimensions, and time comes first: [steps, batch, features]. What belongs to one moment lies together, and that is the order in
    /// which it is read. If your data come batch first, as most do, say so when you build the LSTM, and leave them as they are.
    ///
    /// A batch is a part of the second dimension. The hundred observations make six batches of 16, and one of the 4 that are left.
    static void observations() {
        title("Observations");
        Tensor observations = Tensor.randn(new Generator(0), 10, 100, 15);
        Tensor batch = observations.narrow(1, 0, 16);
        Tensor last = observations.narrow(1, 96, 4);
        IO.println("observations " + observations.shape() + ", a batch " + batch.shape() + ", the last one " + last.shape());

        LSTM batchFirst = LSTM.of(15, 8).batchFirst().build();
        IO.println("batch first: " + batchFirst.forward(Tensor.zeros(16, 10, 15)).output().shape());
    }

    /// Two sizes make an LSTM: how many numbers go in at each step, and how many hidden units it has. It begins from a state of zeros unless you give it one.
    static void oneBatch() {
        title("One batch through an LSTM");
        LSTM lstm = new LSTM(15, 8);
        Tensor batch = Tensor.randn(new Generator(1), 10, 16, 15);
        LSTMResult<Tensor> result = lstm.forward(batch);
        IO.println(lstm);
        IO.println("output " + result.output().shape());
        IO.println("h      " + result.state().h().shape());
        IO.println("c      " + result.state().c().shape());
        lstm.namedParameters().forEach((name, parameter) -> IO.println(name + " " + parameter.shape()));
    }

    /// The output holds the hidden state of every step; the state that comes beside it holds that of the last step, and the cell state, which the output does
    /// not show. Its first dimension is one for each layer and direction.
    ///
    /// Given back to the LSTM, the state makes it go on where it stopped: two halves give the numbers of the whole, to the last bit.
    static void outputAndStates() {
        title("Output and states");
        LSTM lstm = LSTM.of(15, 8).random(new Generator(2)).build();
        Tensor batch = Tensor.randn(new Generator(3), 10, 16, 15);
        LSTMResult<Tensor> whole = lstm.forward(batch);
        Tensor lastStep = whole.output().select(0, 9);
        IO.println("the last step of the output is h: " + lastStep.equalTo(whole.state().h().select(0, 0)).all());

        LSTMResult<Tensor> firstHalf = lstm.forward(batch.narrow(0, 0, 5));
        LSTMResult<Tensor> secondHalf = lstm.forward(batch.narrow(0, 5, 5), firstHalf.state());
        IO.println("two halves give the whole:        " + secondHalf.state().c().equalTo(whole.state().c()).all());
    }

    /// Layers stand on each other: the second reads what the first puts out. The output is the last layer's; the state has a row for each. If you need
    /// what the layers below put out, or the cell states of all steps, ask for `allStates`.
    static void layers() {
        title("Layers");
        LSTM lstm = LSTM.of(15, 8).layers(2).build();
        Tensor batch = Tensor.randn(new Generator(4), 10, 16, 15);
        LSTMResult<Tensor> result = lstm.forward(batch);
        IO.println("output " + result.output().shape() + ", h " + result.state().h().shape());
        IO.println("the second layer reads 8 numbers: weight_ih_l1 " + lstm.namedParameters().get("weight_ih_l1").shape());

        AllStates<Tensor> states = lstm.allStates(batch);
        IO.println("layers: " + states.h().size() + ", of each h " + states.h().getFirst().shape() + " and c " + states.c().getFirst().shape());
    }

    /// A bidirectional LSTM is two LSTMs: one reads from the first step to the last, the other from the last to the first. Their outputs stand side by side,
    /// so there are 16 numbers at each step: the first 8 know what came before, the others what comes after.
    ///
    /// Beware of the last step of the output: there the reverse direction has read one step only. What it knows when it has read everything is at step 0; the
    /// state `h` has both ends, one after the other, and `lastHidden` puts those of the last layer side by side: all there is to know of each observation, for a layer that
    /// is to judge it as a whole.
    static void biLSTMs() {
        title("BiLSTMs");
        LSTM lstm = LSTM.of(15, 8).layers(2).bidirectional().build();
        LSTMResult<Tensor> result = lstm.forward(Tensor.randn(new Generator(5), 10, 16, 15));
        IO.println("output " + result.output().shape() + ", h " + result.state().h().shape());
        Tensor forwardEnd = result.output().select(0, 9).narrow(1, 0, 8);
        Tensor reverseEnd = result.output().select(0, 0).narrow(1, 8, 8);
        IO.println("h of the last layer, forward: " + forwardEnd.equalTo(result.state().h().select(0, 2)).all());
        IO.println("h of the last layer, reverse: " + reverseEnd.equalTo(result.state().h().select(0, 3)).all());
        Tensor read = result.lastHidden();
        IO.println("both, side by side: " + read.shape() + ", " + read.equalTo(Tensor.cat(List.of(forwardEnd, reverseEnd), 1)).all());
    }

    /// In training, dropout sets some of the numbers that go from one layer to the next to zero, others at each step, and scales up the rest. That is why it needs two layers:
    /// with one, it does nothing, and the log says so. States that are carried on are never dropped.
    ///
    /// `eval()` turns it off, and `train()` on again; both reach all parts of a module. A model in use has no need of gradients either: `Inference.of` records nothing, and recycles the memory of
    /// all but its result.
    static void dropout() {
        title("Dropout");
        LSTM lstm = LSTM.of(15, 8).layers(2).dropout(0.3).build();
        Tensor batch = Tensor.randn(new Generator(6), 10, 16, 15);
        IO.println("the same each time in training: " + lstm.forward(batch).output().equalTo(lstm.forward(batch).output()).all());
        lstm.eval();
        Tensor once = Inference.of(() -> lstm.forward(batch).output()), again = Inference.of(() -> lstm.forward(batch).output());
        IO.println("the same each time in use:      " + once.equalTo(again).all());
    }

    /// A long series need not be read at once: the state that comes back begins the next piece. In training there is a trap. A state remembers how it was computed, and if it is passed
    /// on as it is, the second training step fails, for the first one is over. PyTorch's users meet the same error. A detached state is numbers only; gradients stop there, which
    /// is what truncated back-propagation through time means.
    static void stateFromPieceToPiece() {
        title("The state from piece to piece");
        LSTM lstm = new LSTM(15, 8);
        Tensor series = Tensor.randn(new Generator(7), 20, 16, 15);
        Tensor firstPiece = series.narrow(0, 0, 10), secondPiece = series.narrow(0, 10, 10);
        LSTMResult<Tensor> first = lstm.forward(firstPiece);
        first.output().sum().backward();
        try {
            lstm.forward(secondPiece, first.state()).output().sum().backward();
        } catch (IllegalStateException e) {
            IO.println(e.getMessage());
        }
        lstm.forward(secondPiece, first.state().detach()).output().sum().backward();
        IO.println("detached: the gradient of weight_ih_l0 is " + lstm.parameters().getFirst().grad().shape());
    }

    /// There is a second trap: a state for 16 rows does not fit a batch of 4, such as the last one. A `StatefulLSTM` knows both. It detaches what it carries, and a
    /// smaller batch advances its first rows only, while the others wait. `reset()` begins from zeros again, and `reset(3)` does so for one row.
    static void aModuleWithAState() {
        title("A module with a state");
        LSTM lstm = new LSTM(15, 8);
        LSTMState afterSixteen = lstm.forward(Tensor.randn(new Generator(8), 10, 16, 15)).state();
        Tensor four = Tensor.randn(new Generator(9), 10, 4, 15);
        try {
            lstm.forward(four, afterSixteen);
        } catch (IllegalArgumentException e) {
            IO.println(e.getMessage());
        }
        StatefulLSTM stateful = new StatefulLSTM(lstm);
        stateful.state(afterSixteen);
        IO.println("output " + stateful.forward(four).shape() + ", rows with a state: " + stateful.rows());
        stateful.reset();
        IO.println("after reset(): " + stateful.rows());
    }

    /// Everything together: sixteen waves of different lengths, and at each step the task is to tell the next number. They are read in pieces of 5 steps, and one number does not tell on
    /// which wave it lies; the state does, if it is carried from piece to piece. The scope gives the memory of each step back at its end, and the state outlives it.
    ///
    /// A bidirectional LSTM would be no use here: its reverse direction reads each piece from the end, and what it carries on comes from the wrong side.
    static void training() {
        title("Trained, piece by piece");
        final class Model extends Module {
            private final StatefulLSTM lstm;
            private final Linear head;

            Model(Generator random) {
                lstm = module("lstm", new StatefulLSTM(new LSTM(1, 16, random)));
                head = module("head", new Linear(16, 1, random));
            }

            Tensor forward(Tensor piece) {
                return head.forward(lstm.forward(piece));     // [steps, batch, 16], then [steps, batch, 1]
            }
        }

        float[] numbers = new float[101 * 16];                // [steps, batch]
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) StrictMath.sin((0.2 + 0.04 * (i % 16)) * (i / 16));
        }
        Tensor waves = Tensor.of(numbers).view(101, 16, 1);
        for (boolean carried : new boolean[] {true, false}) {
            Model model = new Model(new Generator(10));
            Adam adam = new Adam(model.parameters(), 0.01);
            double sum = 0;
            for (int epoch = 0; epoch <= 60; epoch++) {
                model.lstm.reset();                           // the waves begin again
                sum = 0;
                for (int from = 0; from < 100; from += 5) {
                    try (TensorScope _ = TensorScope.open()) {
                        if (!carried) {
                            model.lstm.reset();
                        }
                        Tensor loss = new MSE().of(model.forward(waves.narrow(0, from, 5)), waves.narrow(0, from + 1, 5));
                        adam.zeroGradients();
                        loss.backward();
                        adam.step();
                        sum += loss.item();
                    }
                }
            }
            IO.println(model);
            IO.println((carried ? "with the state carried on" : "without") + String.format(Locale.ROOT, ": mean squared error %.4f", sum / 20));
        }
    }
}
