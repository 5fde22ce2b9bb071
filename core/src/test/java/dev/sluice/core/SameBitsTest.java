package dev.sluice.core;

import static dev.sluice.core.Numbers.assertSameBits;
import static dev.sluice.core.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.Backend;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Gradients;
import dev.sluice.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same sequence gives the same bits, however it is computed; over random shapes. */
class SameBitsTest {
    /** A random LSTM and random sequences for it; hidden sizes and lengths cross the sizes of registers. */
    record Job(int seed, int input, int hidden, int layers, int directions, int[] lengths) {
        static Job of(int seed) {
            Random random = new Random(seed);
            return new Job(seed, 1 + random.nextInt(40), 1 + random.nextInt(40), 1 + random.nextInt(2), 1 + random.nextInt(2),
                    Numbers.lengths(random, 1 + random.nextInt(9), 12));
        }

        LSTM lstm(Backend backend) {
            return LSTM.of(input, hidden).layers(layers).bidirectional(directions == 2).random(new Generator(seed)).backend(backend).build();
        }

        List<Tensor> sequences() {
            Generator random = new Generator(seed + 1000);
            return Arrays.stream(lengths).mapToObj(n -> random(random, n, input)).toList();
        }

        LSTMState first() {
            Generator random = new Generator(seed + 2000);
            return new LSTMState(random(random, layers * directions, lengths.length, hidden), random(random, layers * directions, lengths.length, hidden));
        }

        LSTMState first(int sequence) {
            return new LSTMState(first().h().narrow(1, sequence, 1), first().c().narrow(1, sequence, 1));
        }

        @Override
        public String toString() {
            return "seed %d: [%d → %d], layers %d, directions %d, lengths %s".formatted(seed, input, hidden, layers, directions, Arrays.toString(lengths));
        }
    }

    static List<Job> jobs() {
        return IntStream.range(0, 20).mapToObj(Job::of).toList();
    }

    private final Backend backend = TestBackends.withThreads(1);

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites({"K2", "K4", "T38"})
    void aSequenceAloneAndInABatch(Job job) {
        LSTM lstm = job.lstm(backend);
        LSTMResult<PackedSequence> together = lstm.forward(PackedSequence.pack(job.sequences()), job.first());
        for (int i = 0; i < job.lengths.length; i++) {
            LSTMResult<PackedSequence> alone = lstm.forward(PackedSequence.pack(List.of(job.sequences().get(i))), job.first(i));
            assertSameBits(job + " output " + i, alone.output().data(), together.output().unpack().get(i));
            assertSameBits(job + " h " + i, alone.state().h(), together.state().h().narrow(1, i, 1));
            assertSameBits(job + " c " + i, alone.state().c(), together.state().c().narrow(1, i, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void inAnyOrder(Job job) {
        LSTM lstm = job.lstm(backend);
        List<Tensor> outputs = lstm.forward(PackedSequence.pack(job.sequences())).output().unpack();
        List<Tensor> reversed = lstm.forward(PackedSequence.pack(job.sequences().reversed())).output().unpack().reversed();
        for (int i = 0; i < outputs.size(); i++) {
            assertSameBits(job + " output " + i, reversed.get(i), outputs.get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites("T09")
    void packedAndPadded(Job job) {
        LSTM lstm = job.lstm(backend);
        PackedSequence packed = PackedSequence.pack(job.sequences());
        Padded padded = packed.pad(Layout.SEQUENCE_FIRST, Float.NaN, packed.packing().steps() + 3);
        PackedSequence again = PackedSequence.packPadded(padded.data(), Layout.SEQUENCE_FIRST, padded.lengths());
        assertSameBits(job + " packed again", again.data(), packed.data());
        if (job.directions == 1) {
            // What follows the end of a sequence cannot change it: a dense run over the padded batch agrees up to each end.
            Tensor dense = lstm.forward(packed.pad(Layout.SEQUENCE_FIRST).data(), job.first()).output();
            PackedSequence ends = PackedSequence.packPadded(dense, Layout.SEQUENCE_FIRST, job.lengths);
            assertSameBits(job + " dense", ends.data(), lstm.forward(packed, job.first()).output().data());
        }
        int longest = packed.packing().steps();
        Tensor equal = random(new Generator(job.seed), longest, job.lengths.length, job.input);
        int[] lengths = new int[job.lengths.length];
        Arrays.fill(lengths, longest);
        assertSameBits(job + " equal lengths", lstm.forward(PackedSequence.packPadded(equal, Layout.SEQUENCE_FIRST, lengths)).output().pad(Layout.SEQUENCE_FIRST).data(),
                lstm.forward(equal).output());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites("F19")
    void wholeAndInChunksWithTheStateCarriedOn(Job job) {
        LSTM lstm = LSTM.of(job.input, job.hidden).layers(job.layers).random(new Generator(job.seed)).backend(backend).build();
        Tensor x = random(new Generator(job.seed), 11, 3, job.input);
        LSTMResult<Tensor> whole = lstm.forward(x);
        List<Tensor> outputs = new ArrayList<>();
        LSTMState state = null;
        for (int start = 0, size = 1; start < 11; start += size, size++) {
            LSTMResult<Tensor> chunk = lstm.forward(x.narrow(0, start, Math.min(size, 11 - start)), state);
            outputs.add(chunk.output());
            state = chunk.state();
        }
        assertSameBits(job + " output", Tensor.cat(outputs, 0), whole.output());
        assertSameBits(job + " h", state.h(), whole.state().h());
        assertSameBits(job + " c", state.c(), whole.state().c());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites("L4")
    void anLSTMAndALoopOverItsCell(Job job) {
        LSTM lstm = LSTM.of(job.input, job.hidden).random(new Generator(job.seed)).backend(backend).build();
        LSTMCell cell = new LSTMCell(job.input, job.hidden);
        lstm.namedParameters().forEach((name, tensor) -> cell.namedParameters().get(name.replace("_l0", "")).copyFrom(tensor));
        Tensor x = random(new Generator(job.seed), 7, 5, job.input);
        LSTMResult<Tensor> whole = lstm.forward(x);
        LSTMState state = cell.forward(x.select(0, 0));
        assertSameBits(job + " step 0", state.h(), whole.output().select(0, 0));
        for (int t = 1; t < 7; t++) {
            state = cell.forward(x.select(0, t), state);
            assertSameBits(job + " step " + t, state.h(), whole.output().select(0, t));
        }
        assertSameBits(job + " c", state.c(), whole.state().c().select(0, 0));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    @Cites("F18")
    void inTrainingAndInInference(Job job) {
        LSTM lstm = job.lstm(backend);
        PackedSequence words = PackedSequence.pack(job.sequences());
        LSTMResult<PackedSequence> training = lstm.forward(words, job.first());
        LSTMResult<PackedSequence> inference = Gradients.off(() -> lstm.forward(words, job.first()));
        assertThat(training.output().data().requiresGrad()).isTrue();
        assertThat(inference.output().data().requiresGrad()).isFalse();
        assertSameBits(job + " output", inference.output().data(), training.output().data());
        assertSameBits(job + " h", inference.state().h(), training.state().h());
        assertSameBits(job + " c", inference.state().c(), training.state().c());
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void withOneThreadAndWithSeveral(Job job) {
        List<Tensor> expected = forwardAndBackward(job, backend);
        for (Backend other : TestBackends.all()) {
            List<Tensor> actual = forwardAndBackward(job, other);
            for (int i = 0; i < expected.size(); i++) {
                assertSameBits(job + " on " + other.description() + ": result " + i, actual.get(i), expected.get(i));
            }
        }
    }

    @Test
    void withSeveralThreadsWhereTheirPartsOfTheWorkAreLarge() {
        Job job = new Job(77, 100, 130, 1, 2, new int[] {30, 3, 17, 30, 9, 1, 22, 30, 30, 12, 8, 5, 30, 29, 28, 30});
        withOneThreadAndWithSeveral(job);
        withOneThreadAndWithSeveral(new Job(78, 200, 250, 1, 1, new int[] {12}));
    }

    /** The output, the states, and the gradients of everything. */
    private static List<Tensor> forwardAndBackward(Job job, Backend backend) {
        LSTM lstm = job.lstm(backend);
        List<Tensor> sequences = job.sequences().stream().map(Tensor::requireGrad).toList();
        LSTMState first = job.first();
        first.h().requireGrad();
        first.c().requireGrad();
        LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.pack(sequences), first);
        Tensor output = result.output().data();
        output.mul(output).sum().add(result.state().h().sum()).add(result.state().c().sum()).backward();
        List<Tensor> all = new ArrayList<>(List.of(output, result.state().h(), result.state().c(), first.h().grad(), first.c().grad()));
        sequences.forEach(sequence -> all.add(sequence.grad()));
        lstm.parameters().forEach(parameter -> all.add(parameter.grad()));
        return all;
    }
}
