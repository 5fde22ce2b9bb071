package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The states of all steps and layers, against a loop over cells. */
class AllStatesTest {
    static List<SameBitsTest.Job> jobs() {
        return SameBitsTest.jobs();
    }

    /** A cell with the weights of one direction of one layer. */
    private static LSTMCell cell(SameBitsTest.Job job, LSTM lstm, int layer, int direction) {
        LSTMCell cell = LSTM.of(layer == 0 ? job.input() : lstm.outputSize(), job.hidden()).backend(TestBackends.withThreads(1)).buildCell();
        cell.namedParameters().forEach((name, parameter) -> parameter.copyFrom(lstm.namedParameters().get(name + suffix(layer, direction))));
        return cell;
    }

    private static String suffix(int layer, int direction) {
        return "_l" + layer + (direction == 0 ? "" : "_reverse");
    }

    /** h and c [steps, hidden] of one direction, by a loop over its cell. */
    private static LSTMState loop(LSTMCell cell, int direction, Tensor sequence, LSTMState first) {
        int steps = sequence.size(0);
        Tensor[] h = new Tensor[steps], c = new Tensor[steps];
        LSTMState state = first;
        for (int s = 0; s < steps; s++) {
            int t = direction == 0 ? s : steps - 1 - s;
            state = cell.forward(sequence.select(0, t), state);
            h[t] = state.h();
            c[t] = state.c();
        }
        return new LSTMState(Tensor.stack(List.of(h), 0), Tensor.stack(List.of(c), 0));
    }

    private static Tensor sideBySide(List<Tensor> directions) {
        return directions.size() == 1 ? directions.getFirst() : Tensor.cat(directions, 1);
    }

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites("L4")
    void areThoseOfALoopOverCellsToTheBit(SameBitsTest.Job job) {
        LSTM lstm = job.lstm(TestBackends.withThreads(1));
        AllStates<PackedSequence> states = lstm.allStates(PackedSequence.pack(job.sequences()), job.first());
        for (int i = 0; i < job.lengths().length; i++) {
            Tensor rows = job.sequences().get(i);
            for (int k = 0; k < job.layers(); k++) {
                List<LSTMState> loops = new ArrayList<>();
                for (int d = 0; d < job.directions(); d++) {
                    int at = k * job.directions() + d;
                    LSTMState first = new LSTMState(job.first().h().select(0, at).select(0, i), job.first().c().select(0, at).select(0, i));
                    loops.add(loop(cell(job, lstm, k, d), d, rows, first));
                }
                String what = job + ", sequence " + i + ", layer " + k;
                rows = sideBySide(loops.stream().map(LSTMState::h).toList());
                assertSameBits(what + ": h", states.h().get(k).unpack().get(i), rows);
                assertSameBits(what + ": c", states.c().get(k).unpack().get(i), sideBySide(loops.stream().map(LSTMState::c).toList()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void askingForThemChangesNothing(SameBitsTest.Job job) {
        LSTM lstm = job.lstm(TestBackends.withThreads(1));
        PackedSequence sequences = PackedSequence.pack(job.sequences());
        LSTMResult<PackedSequence> plain = lstm.forward(sequences, job.first());
        LSTMResult<PackedSequence> training = lstm.allStates(sequences, job.first()).result();
        LSTMResult<PackedSequence> inference = Gradients.off(() -> lstm.allStates(sequences, job.first()).result());
        for (LSTMResult<PackedSequence> asked : List.of(training, inference)) {
            assertSameBits(job + " output", asked.output().data(), plain.output().data());
            assertSameBits(job + " h", asked.state().h(), plain.state().h());
            assertSameBits(job + " c", asked.state().c(), plain.state().c());
        }
        training.output().data().sum().backward();
        List<Tensor> gradients = lstm.parameters().stream().map(p -> p.grad().copy()).toList();
        lstm.clearGradients();
        plain.output().data().sum().backward();
        for (int i = 0; i < gradients.size(); i++) {
            assertSameBits(job + " gradient " + i, gradients.get(i), lstm.parameters().get(i).grad());
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void gradientsFlowThroughAllOfThem(SameBitsTest.Job job) {
        LSTM lstm = LSTM.of(job.input(), job.hidden()).bidirectional().random(new Generator(job.seed())).backend(TestBackends.withThreads(1)).build();
        Tensor x = job.sequences().getFirst();
        int steps = x.size(0);
        Tensor hWeights = random(new Generator(job.seed() + 1), steps, 2 * job.hidden()), cWeights = random(new Generator(job.seed() + 2), steps, 2 * job.hidden());

        Tensor fused = x.detach().copy().requireGrad();
        AllStates<Tensor> states = lstm.allStates(fused);
        states.h().getFirst().mul(hWeights).sum().add(states.c().getFirst().mul(cWeights).sum()).backward();

        Tensor looped = x.detach().copy().requireGrad();
        List<LSTMCell> cells = List.of(cell(job, lstm, 0, 0), cell(job, lstm, 0, 1));
        Tensor zeros = Tensor.zeros(job.hidden());
        List<LSTMState> loops = IntStream.range(0, 2).mapToObj(d -> loop(cells.get(d), d, looped, new LSTMState(zeros, zeros))).toList();
        sideBySide(loops.stream().map(LSTMState::h).toList()).mul(hWeights).sum().add(sideBySide(loops.stream().map(LSTMState::c).toList()).mul(cWeights).sum()).backward();

        int terms = steps * (4 * job.hidden() + 8) * 4;
        assertClose(job + " gradient of the input", fused.grad(), doubles(looped.grad()), terms);
        for (int d = 0; d < 2; d++) {
            for (Map.Entry<String, Tensor> parameter : cells.get(d).namedParameters().entrySet()) {
                String name = parameter.getKey() + suffix(0, d);
                assertClose(job + " gradient of " + name, lstm.namedParameters().get(name).grad(), doubles(parameter.getValue().grad()), terms);
            }
        }
    }

    @Test
    void haveTheFormOfTheInput() {
        LSTM lstm = LSTM.of(3, 5).projection(2).layers(2).bidirectional().batchFirst().build();
        AllStates<Tensor> batch = lstm.allStates(random(new Generator(1), 4, 6, 3));
        assertThat(batch.h()).extracting(Tensor::shape).containsExactly(Shape.of(4, 6, 4), Shape.of(4, 6, 4));
        assertThat(batch.c()).extracting(Tensor::shape).containsExactly(Shape.of(4, 6, 10), Shape.of(4, 6, 10));
        assertThat(batch.last().h().shape()).isEqualTo(Shape.of(4, 4, 2));
        assertSameBits("c ends where the last one is", batch.c().getLast().select(1, 5).narrow(1, 0, 5), batch.last().c().select(0, 2));
        AllStates<Tensor> one = lstm.allStates(random(new Generator(1), 6, 3));
        assertThat(one.c().getFirst().shape()).isEqualTo(Shape.of(6, 10));
        assertThat(one.last().c().shape()).isEqualTo(Shape.of(4, 5));
        assertThat(lstm.allStates(Tensor.zeros(0, 6, 3)).c().getFirst().shape()).isEqualTo(Shape.of(0, 6, 10));
    }
}
