package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Inference;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Module;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How an LSTM behaves around its equations. */
class LSTMTest {
    private static Tensor input(int... sizes) {
        return Tensor.rand(new Generator(5), sizes);
    }

    @Test
    @Cites({"C16", "L1"})
    void printsOnlyWhatIsNotDefault() {
        assertThat(new LSTM(3, 4)).hasToString("LSTM(3, 4)");
        assertThat(LSTM.of(3, 4).projection(2).layers(2).bias(false).batchFirst().dropout(0.25).bidirectional().build())
                .hasToString("LSTM(3, 4, projection=2, layers=2, bias=false, batchFirst=true, dropout=0.25, bidirectional=true)");
        assertThat(new BiLSTM(3, 4)).hasToString("BiLSTM(3, 4, bidirectional=true)");
        assertThat(new LSTMCell(3, 4)).hasToString("LSTMCell(3, 4)");
        LSTM lstm = new LSTM(3, 4);
        PackedSequence packed = PackedSequence.pack(List.of(Tensor.ones(2, 3), Tensor.ones(5, 3)));
        String last = "LSTMState(h=[1, 2, 4], c=[1, 2, 4])";
        assertThat(packed).hasToString("PackedSequence([7, 3], lengths=[2, 5])");
        assertThat(lstm.forward(packed)).hasToString("LSTMResult(output=PackedSequence([7, 4], lengths=[2, 5]), state=" + last + ")");
        assertThat(lstm.forward(Tensor.ones(5, 2, 3))).hasToString("LSTMResult(output=[5, 2, 4], state=" + last + ")");
        assertThat(lstm.allStates(Tensor.ones(5, 2, 3))).hasToString("AllStates(h=[[5, 2, 4]], c=[[5, 2, 4]], last=" + last + ")");
    }

    @Test
    @Cites({"P1", "P2"})
    void parametersHaveTheNamesAndShapesOfPyTorch() {
        LSTM lstm = LSTM.of(3, 4).layers(2).bidirectional().build();
        assertThat(lstm.namedParameters().keySet()).startsWith("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse")
                .endsWith("weight_ih_l1_reverse", "weight_hh_l1_reverse", "bias_ih_l1_reverse", "bias_hh_l1_reverse");
        assertThat(lstm.namedParameters().get("weight_ih_l1").shape()).isEqualTo(Shape.of(16, 8));
        assertThat(lstm.parameters().stream().mapToInt(p -> p.shape().elements()).sum()).isEqualTo(736);
    }

    @Test
    @Cites({"G3", "P5"})
    void seedZeroGivesTheParametersOfPyTorch() {
        // torch.manual_seed(0); torch.nn.LSTM(2, 1).weight_ih_l0
        LSTM lstm = LSTM.of(2, 1).random(new Generator(0)).build();
        assertThat(lstm.parameters().getFirst().toArray()).containsExactly(-0.007486820220947266f, 0.5364435911178589f, -0.8230451345443726f, -0.7359390258789062f,
                -0.3851543664932251f, 0.26815736293792725f, -0.019813179969787598f, 0.7928894758224487f);
    }

    @Test
    @Cites({"G2", "T46"})
    void seedZeroGivesTheOutputOfPyTorch() {
        // torch.manual_seed(0); torch.nn.LSTM(2, 3) on pack_sequence([ones(3, 2)]), as PyTorch's own C++ test has it
        LSTM lstm = LSTM.of(2, 3).random(new Generator(0)).build();
        double[] expected = {-0.26929989, -0.12397312, 0.07440351, -0.38892260, -0.19187428, 0.11830411, -0.44254270, -0.23143941, 0.13860872};
        Numbers.assertClose("output", lstm.forward(PackedSequence.pack(List.of(Tensor.ones(3, 2)))).output().data(), expected, 12);
    }

    @Test
    @Cites({"G1", "T43"})
    void valuesOfPyTorchsOwnTest() {
        // CheckOutputValuesMatchPyTorch in PyTorch's C++ tests: parameters i/n, input (24 − i)/24
        LSTM lstm = new LSTM(2, 2);
        lstm.parameters().forEach(parameter -> parameter.copyFrom(Tensor.arange(parameter.shape().elements()).div(parameter.shape().elements()).view(parameter.shape().sizes())));
        LSTMResult<Tensor> result = lstm.forward(Tensor.arange(24).mul(-1f).add(24f).div(24f).view(3, 4, 2));
        double[] output = {0.4391495082204944, 0.540235617325591, 0.4329759042457029, 0.5324319042606187, 0.42605383305440386, 0.5239493120849741, 0.41828586956825714,
            0.514685309571599, 0.6821855842513366, 0.806446131261077, 0.6726358931070172, 0.7967768830019308, 0.6619915451483949, 0.7860464699846638, 0.6500811258767045,
            0.7740782884618976, 0.7888782428055927, 0.9002681010217948, 0.7768925033467503, 0.8905362443496535, 0.7634700958194868, 0.8794104177709032, 0.7483699851620074,
            0.8666328412350912};
        double[] c = {1.1646615815405805, 1.610597642016285, 1.1424557864785942, 1.5726037872981387, 1.1187049652513228, 1.5328615325574142, 1.0931425046688912,
            1.4911130737302334};
        Numbers.assertClose("output", result.output(), output, 12);
        Numbers.assertClose("c", result.state().c(), c, 12);
    }

    @Test
    @Cites("F14")
    void statesLieWhereTheOutputSaysTheyDo() {
        BiLSTM lstm = new BiLSTM(3, 4);
        LSTMResult<Tensor> result = lstm.forward(input(6, 2, 3));
        Tensor output = result.output();
        assertSameBits("forward direction ends at the last step", result.state().h().select(0, 0), output.select(0, 5).narrow(1, 0, 4));
        assertSameBits("reverse direction ends at the first", result.state().h().select(0, 1), output.select(0, 0).narrow(1, 4, 4));
    }

    @Test
    @Cites({"F3", "T35"})
    void oneSequenceIsABatchOfOne() {
        LSTM lstm = LSTM.of(3, 4).layers(2).batchFirst().build();
        Tensor x = input(6, 3);
        LSTMResult<Tensor> alone = lstm.forward(x);
        LSTMResult<Tensor> batch = lstm.forward(x.view(1, 6, 3));
        assertThat(alone.output().shape()).isEqualTo(Shape.of(6, 4));
        assertThat(alone.state().c().shape()).isEqualTo(Shape.of(2, 4));
        assertSameBits("output", alone.output(), batch.output().view(6, 4));
        assertSameBits("carried on", lstm.forward(x, alone.state()).output(), lstm.forward(x.view(1, 6, 3), batch.state()).output().view(6, 4));
    }

    @Test
    @Cites("F16")
    void notANumberStaysInItsSequence() {
        LSTM lstm = LSTM.of(3, 4).bidirectional().build();
        Tensor clean = lstm.forward(input(5, 3, 3)).output();
        Tensor x = input(5, 3, 3);
        x.select(0, 2).select(0, 1).fill(Float.NaN);
        Tensor output = lstm.forward(x).output();
        for (int n = 0; n < 3; n++) {
            for (int t = 0; t < 5; t++) {
                for (int j = 0; j < 8; j++) {
                    boolean hit = n == 1 && (j < 4 ? t >= 2 : t <= 2);
                    assertThat(output.get(t, n, j)).as("step %d, sequence %d, element %d", t, n, j).isEqualTo(Float.valueOf(hit ? Float.NaN : clean.get(t, n, j)));
                }
            }
        }
    }

    @Test
    @Cites("F17")
    void hugeInputsSaturateTheGates() {
        LSTM lstm = new LSTM(3, 4);
        for (float huge : new float[] {1e30f, -1e30f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Tensor x = Tensor.zeros(3, 1, 3);
            x.select(0, 1).select(1, 1).fill(huge);
            for (float value : lstm.forward(x).output().toArray()) {
                assertThat(value).as("input " + huge).isBetween(-1f, 1f);
            }
        }
    }

    @Test
    @Cites({"D1", "D3", "D4", "P14", "T22"})
    void dropoutActsBetweenLayersInTrainingOnly() {
        LSTM lstm = LSTM.of(3, 4).layers(2).dropout(0.5).random(new Generator(1)).build();
        Tensor x = input(6, 2, 3);
        LSTMResult<Tensor> first = lstm.forward(x);
        LSTMResult<Tensor> second = lstm.forward(x);
        assertSameBits("the first layer's state", first.state().h().select(0, 0), second.state().h().select(0, 0));
        assertThat(first.output().equalTo(second.output()).all()).isFalse();
        lstm.eval();
        assertSameBits("in use", lstm.forward(x).output(), lstm.forward(x).output());
        LSTM plain = LSTM.of(3, 4).layers(2).build();
        plain.load(lstm.namedParameters());
        assertSameBits("as without dropout", lstm.forward(x).output(), plain.forward(x).output());
    }

    @Test
    @Cites("T27")
    void changedWeightsAreUsedAtOnceHoweverTheyWereWritten() {
        LSTM lstm = LSTM.of(3, 4).random(new Generator(1)).build();
        Tensor weight = lstm.namedParameters().get("weight_hh_l0");
        Tensor x = input(4, 2, 3);
        List<Runnable> writes = List.of(() -> weight.fill(0.1f), () -> weight.copyFrom(new float[64]), () -> weight.copyFrom(Tensor.ones(16, 4)),
                () -> weight.detach().select(0, 3).fill(2f), () -> weight.detach().fill(3f), () -> weight.matrixToWrite().set(0, 0, 9f), () -> Gradients.off(() -> weight.view(64).narrow(0, 5, 2).fill(4f)));
        for (Runnable write : writes) {
            lstm.forward(x);
            write.run();
            LSTM fresh = new LSTM(3, 4);
            fresh.load(lstm.namedParameters());
            assertSameBits("after write " + writes.indexOf(write), lstm.forward(x).output(), fresh.forward(x).output());
        }
    }

    @Test
    @Cites("C4")
    void sizesAreTold() {
        LSTM lstm = LSTM.of(3, 4).bidirectional().dropout(0).build();
        assertThat(List.of(lstm.inputSize(), lstm.hiddenSize(), lstm.outputSize())).containsExactly(3, 4, 8);
        assertThat(LSTM.of(3, 4).layers(2).dropout(1).build().outputSize()).isEqualTo(4);
    }

    @Test
    @Cites({"L1", "L2"})
    void aCellStartsFromTheDistributionOfAnLSTMAndTakesOneItemToo() {
        LSTMCell cell = LSTM.of(3, 4).random(new Generator(0)).buildCell();
        LSTM lstm = LSTM.of(3, 4).random(new Generator(0)).build();
        for (int i = 0; i < 4; i++) {
            assertSameBits("parameter " + i, cell.parameters().get(i), lstm.parameters().get(i));
        }
        Tensor x = input(3);
        LSTMState alone = cell.forward(x), batch = cell.forward(x.view(1, 3));
        assertThat(alone.h().shape()).isEqualTo(Shape.of(4));
        assertSameBits("h", alone.h().view(1, 4), batch.h());
        assertSameBits("c of the next step", cell.forward(x, alone).c().view(1, 4), cell.forward(x.view(1, 3), batch).c());
    }

    @Test
    void manyThreadsMayRunOneModel() throws Exception {
        LSTM lstm = LSTM.of(20, 30).layers(2).bidirectional().backend(TestBackends.withThreads(2)).build();
        Tensor x = input(15, 4, 20);
        Tensor expected = lstm.forward(x).output();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Tensor>> outputs = threads.invokeAll(Collections.nCopies(60, () -> Inference.of(() -> lstm.forward(x).output())));
            for (Future<Tensor> output : outputs) {
                assertSameBits("concurrent", output.get(), expected);
            }
        }
    }

    @Test
    @Cites({"F7", "T16", "T17"})
    void noFirstStateMeansZeros() {
        for (LSTM any : List.of(new LSTM(3, 4), LSTM.of(3, 4).projection(2).layers(2).bidirectional().build())) {
            int states = any.namedParameters().containsKey("weight_hr_l0") ? 4 : 1, h = states == 4 ? 2 : 4;
            LSTMState zeros = new LSTMState(Tensor.zeros(states, 2, h), Tensor.zeros(states, 2, 4));
            assertSameBits("output", any.forward(input(6, 2, 3)).output(), any.forward(input(6, 2, 3), zeros).output());
            PackedSequence packed = PackedSequence.packPadded(input(6, 2, 3), Layout.SEQUENCE_FIRST, 3, 6);
            assertSameBits("packed", any.forward(packed).output().data(), any.forward(packed, zeros).output().data());
        }
    }

    @Test
    @Cites({"F2", "F13"})
    void theLayoutOfABatchChangesNoNumber() {
        LSTM lstm = LSTM.of(3, 4).random(new Generator(1)).build(), batchFirst = LSTM.of(3, 4).batchFirst().random(new Generator(1)).build();
        LSTMResult<Tensor> expected = lstm.forward(input(6, 2, 3)), actual = batchFirst.forward(input(6, 2, 3).transpose(0, 1));
        assertSameBits("output", actual.output().transpose(0, 1), expected.output());
        assertSameBits("c", actual.state().c(), expected.state().c());
    }

    @Test
    @Cites("T44")
    void theReverseHalfIsAForwardLSTMOnTheReversedSequence() {
        LSTM both = LSTM.of(3, 4).bidirectional().random(new Generator(1)).build(), one = new LSTM(3, 4);
        one.namedParameters().forEach((name, parameter) -> parameter.copyFrom(both.namedParameters().get(name + "_reverse")));
        LSTMResult<Tensor> result = both.forward(input(5, 2, 3)), reversed = one.forward(reversed(input(5, 2, 3)));
        assertSameBits("output", reversed(result.output().narrow(2, 4, 4)), reversed.output());
        assertSameBits("h", result.state().h().narrow(0, 1, 1), reversed.state().h());
        assertSameBits("c", result.state().c().narrow(0, 1, 1), reversed.state().c());
    }

    private static Tensor reversed(Tensor steps) {
        return steps.rows(IntStream.range(0, steps.size(0)).map(t -> steps.size(0) - 1 - t).toArray());
    }

    @Test
    @Cites({"F1", "T42"})
    void sizesWithThreeLayersAndTheStateFedBack() {
        for (int projection : new int[] {0, 16}) {
            LSTM lstm = LSTM.of(128, 64).projection(projection).layers(3).dropout(0.2).build();
            LSTMResult<Tensor> first = lstm.forward(input(10, 16, 128)), second = lstm.forward(input(10, 16, 128), first.state());
            int h = projection == 0 ? 64 : projection;
            assertThat(second.output().shape()).isEqualTo(Shape.of(10, 16, h));
            assertThat(second.state().h().shape()).isEqualTo(Shape.of(3, 16, h));
            assertThat(second.state().c().shape()).isEqualTo(Shape.of(3, 16, 64));
            assertThat(first.state().h().equalTo(second.state().h()).all()).isFalse();
        }
    }

    @Test
    @Cites("T33")
    void aCellRunsForSixStepsAndBack() {
        for (boolean bias : new boolean[] {true, false}) {
            LSTMCell cell = LSTM.of(10, 20).bias(bias).buildCell();
            LSTMState state = new LSTMState(input(3, 20), input(3, 20));
            for (int step = 0; step < 6; step++) {
                state = cell.forward(input(3, 10), state);
            }
            state.h().add(state.c()).sum().backward();
            assertThat(cell.parameters()).hasSize(bias ? 4 : 2).allSatisfy(parameter -> assertThat(parameter.grad()).isNotNull());
            assertThat(cell).hasToString(bias ? "LSTMCell(10, 20)" : "LSTMCell(10, 20, bias=false)");
        }
    }

    @Test
    @Cites({"P7", "P14"})
    void aCopyGivesTheSameBits() {
        Module model = new Module() {
            private final LSTM encoder = module("encoder", new LSTM(3, 4));
        };
        assertThat(model.namedParameters().keySet()).containsExactly("encoder.weight_ih_l0", "encoder.weight_hh_l0", "encoder.bias_ih_l0", "encoder.bias_hh_l0");
        LSTM lstm = LSTM.of(3, 4).projection(2).bidirectional().build(), copy = LSTM.of(3, 4).projection(2).bidirectional().build();
        copy.load(lstm.namedParameters());
        assertSameBits("output", copy.forward(input(4, 2, 3)).output(), lstm.forward(input(4, 2, 3)).output());
    }

    @Test
    void theForgetGatesBiasesAddUpToWhatWasAskedFor() {
        LSTM plain = LSTM.of(3, 4).layers(2).bidirectional().random(new Generator(1)).build();
        LSTM lstm = LSTM.of(3, 4).layers(2).bidirectional().forgetBias(1.5f).random(new Generator(1)).build();
        assertThat(lstm).hasToString("LSTM(3, 4, layers=2, bidirectional=true, forgetBias=1.5)");
        lstm.namedParameters().forEach((name, parameter) -> {
            Tensor drawn = plain.namedParameters().get(name);
            if (name.startsWith("bias")) {
                assertThat(parameter.narrow(0, 4, 4).toArray()).as(name).containsOnly(name.startsWith("bias_ih") ? 1.5f : 0f);
                assertSameBits(name + ": input gate", parameter.narrow(0, 0, 4), drawn.narrow(0, 0, 4));
                assertSameBits(name + ": the others", parameter.narrow(0, 8, 8), drawn.narrow(0, 8, 8));
            } else {
                assertSameBits(name, parameter, drawn);
            }
        });
        assertThat(LSTM.of(3, 4).forgetBias(2).buildCell().namedParameters().get("bias_ih").narrow(0, 4, 4).toArray()).containsOnly(2f);
    }
}
