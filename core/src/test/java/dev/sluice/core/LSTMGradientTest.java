package dev.sluice.core;

import static dev.sluice.core.Numbers.assertClose;
import static dev.sluice.core.Numbers.doubles;
import static dev.sluice.core.Numbers.random;

import dev.sluice.api.conformance.OracleLSTM;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gradients of a packed LSTM against central differences of an LSTM in double, over random shapes. */
class LSTMGradientTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    @Cites({"A1", "K4", "T37", "T39"})
    void gradientsOfPackedSequencesAreThoseOfTheEquations(int seed) {
        Random shapes = new Random(seed);
        Generator random = new Generator(seed);
        int input = 1 + shapes.nextInt(4), hidden = 1 + shapes.nextInt(5), layers = 1 + shapes.nextInt(2), directions = 1 + shapes.nextInt(2);
        boolean bias = shapes.nextBoolean();
        int[] lengths = Numbers.lengths(shapes, 1 + shapes.nextInt(4), 6);
        int batch = lengths.length, states = layers * directions;
        LSTM lstm = LSTM.of(input, hidden).layers(layers).random(random).bias(bias).bidirectional(directions == 2).build();

        List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> random(random, n, input).requireGrad()).toList();
        LSTMState first = new LSTMState(random(random, states, batch, hidden).requireGrad(), random(random, states, batch, hidden).requireGrad());
        List<Tensor> outputWeights = Arrays.stream(lengths).mapToObj(n -> random(random, n, directions * hidden)).toList();
        Tensor hWeights = random(random, states, batch, hidden), cWeights = random(random, states, batch, hidden);

        LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.pack(sequences), first);
        Tensor loss = result.state().h().mul(hWeights).sum().add(result.state().c().mul(cWeights).sum());
        List<Tensor> outputs = result.output().unpack();
        for (int b = 0; b < batch; b++) {
            loss = loss.add(outputs.get(b).mul(outputWeights.get(b)).sum());
        }
        loss.backward();

        List<Tensor> arguments = new ArrayList<>(sequences);
        arguments.addAll(List.of(first.h(), first.c()));
        arguments.addAll(lstm.parameters());
        OracleLSTM oracle = new OracleLSTM(hidden, 0, layers, directions, bias);
        double[][] gradients = Differences.of(arguments.stream().map(Numbers::doubles).toArray(double[][]::new), a -> {
            double sum = 0;
            for (int b = 0; b < batch; b++) {
                OracleLSTM.Result r = oracle.run(rows(a[b], lengths[b]), ofSequence(a[batch], states, batch, b), ofSequence(a[batch + 1], states, batch, b),
                        Arrays.asList(a).subList(batch + 2, a.length));
                sum += dot(r.output(), rows(doubles(outputWeights.get(b)), lengths[b]));
                sum += dot(r.h(), ofSequence(doubles(hWeights), states, batch, b)) + dot(r.c(), ofSequence(doubles(cWeights), states, batch, b));
            }
            return sum;
        });
        String what = "seed %d, input %d, hidden %d, layers %d, directions %d, bias %s, lengths %s: gradient of argument ".formatted(seed, input, hidden, layers,
                directions, bias, Arrays.toString(lengths));
        for (int i = 0; i < gradients.length; i++) {
            assertClose(what + i, arguments.get(i).grad(), gradients[i], 64 + 6 * 4 * (input + 5 * hidden) * layers);
        }
    }

    private static double[][] rows(double[] flat, int count) {
        double[][] rows = new double[count][];
        int size = flat.length / count;
        for (int r = 0; r < count; r++) {
            rows[r] = Arrays.copyOfRange(flat, r * size, (r + 1) * size);
        }
        return rows;
    }

    /** [states, batch, hidden] to [states][hidden] of one sequence. */
    private static double[][] ofSequence(double[] flat, int states, int batch, int sequence) {
        double[][] all = rows(flat, states * batch);
        double[][] own = new double[states][];
        for (int s = 0; s < states; s++) {
            own[s] = all[s * batch + sequence];
        }
        return own;
    }

    private static double dot(double[][] a, double[][] b) {
        double sum = 0;
        for (int r = 0; r < a.length; r++) {
            for (int i = 0; i < a[r].length; i++) {
                sum += a[r][i] * b[r][i];
            }
        }
        return sum;
    }
}
