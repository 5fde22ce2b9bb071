package dev.sluice.examples;

import dev.sluice.api.Backends;
import dev.sluice.api.Workers;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Tensor;
import dev.sluice.api.tensor.TensorScope;
import dev.sluice.core.LSTM;
import dev.sluice.core.LSTMResult;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Packing;
import dev.sluice.core.nn.CrossEntropy;
import dev.sluice.core.nn.Dropout;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import dev.sluice.core.train.Adam;
import dev.sluice.core.train.Batches;
import dev.sluice.core.train.GradientClip;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Computes digests of results to the bit, a line each. Arguments: backends, separated by commas, one after the other; threads; and {@code small} for the smaller jobs only. */
final class Digests {
    private Digests() {}

    public static void main(String[] args) {
        Backends backends = Backends.discover(Workers.of(Integer.parseInt(args[1])));
        for (String name : args[0].split(",")) {
            Backends.use(backends.named(name), () -> of(args.length > 2).forEach(System.out::println));
        }
    }

    /** The digests of the jobs on the current backend. */
    static List<String> of(boolean small) {
        List<String> digests = new ArrayList<>();
        digests.add(layer("layer of odd sizes", 7, 13, 1, 1, 5, 6));
        digests.add(layer("layer of two directions", 16, 32, 1, 2, 9, 8));
        digests.add(layer("two layers of two directions", 5, 17, 2, 2, 6, 7));
        digests.add(training("one epoch", 60, 1));
        if (!small) {
            digests.add(layer("large layer", 100, 200, 1, 2, 32, 30));
            digests.add(training("five epochs", 400, 5));
        }
        return digests;
    }

    /** Output, states and all gradients of a layer over random sequences. */
    private static String layer(String name, int input, int hidden, int layers, int directions, int batch, int longest) {
        Generator random = new Generator(1);
        LSTM lstm = LSTM.of(input, hidden).layers(layers).bidirectional(directions == 2).random(random).build();
        int[] lengths = new Random(1).ints(batch, 1, longest + 1).toArray();
        List<Tensor> sequences = Arrays.stream(lengths).mapToObj(n -> Tensor.randn(random, n, input).requireGrad()).toList();
        LSTMResult<PackedSequence> result = lstm.forward(PackedSequence.pack(sequences));
        Tensor y = result.output().data();
        y.mul(y).mean().add(result.state().c().sum()).backward();
        List<Tensor> all = new ArrayList<>(List.of(y, result.state().h(), result.state().c()));
        sequences.forEach(sequence -> all.add(sequence.grad()));
        lstm.parameters().forEach(parameter -> all.add(parameter.grad()));
        return digest(name, all);
    }

    /** Tells which id of a random sequence came last before each step. */
    private static final class Tagger extends Module {
        private final Embedding embedding;
        private final LSTM lstm;
        private final Dropout dropout;
        private final Linear head;

        Tagger(Generator random) {
            embedding = module("embedding", new Embedding(6, 8, random));
            lstm = module("lstm", LSTM.of(8, 12).layers(2).bidirectional().dropout(0.1).random(random).build());
            dropout = module("dropout", new Dropout(0.2, random));
            head = module("head", new Linear(24, 6, random));
        }

        PackedSequence forward(List<int[]> ids) {
            Packing packing = Packing.of(ids.stream().mapToInt(word -> word.length).toArray());
            PackedSequence vectors = new PackedSequence(embedding.forward(packing.pack(ids)), packing);
            return lstm.forward(vectors).output().map(dropout::forward).map(head::forward);
        }
    }

    /** Parameters and losses after some epochs with dropout, shuffling, clipping and Adam. */
    private static String training(String name, int count, int epochs) {
        Generator random = new Generator(2);
        Random data = new Random(2);
        List<int[]> sequences = IntStream.range(0, count).mapToObj(_ -> data.ints(1 + data.nextInt(9), 0, 6).toArray()).toList();
        Tagger tagger = new Tagger(random);
        Adam adam = new Adam(tagger.parameters(), 0.01);
        Batches batches = new Batches(sequences.stream().mapToInt(s -> s.length).toArray(), 20);
        List<Tensor> all = new ArrayList<>();
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (int[] batch : batches.shuffled(random)) {
                try (TensorScope step = TensorScope.open()) {
                    List<int[]> ids = Arrays.stream(batch).mapToObj(sequences::get).toList();
                    PackedSequence scores = tagger.forward(ids);
                    List<int[]> before = ids.stream().map(word -> IntStream.range(0, word.length).map(t -> t == 0 ? 0 : word[t - 1]).toArray()).toList();
                    Tensor loss = new CrossEntropy().of(scores.data(), scores.packing().pack(before));
                    adam.zeroGradients();
                    loss.backward();
                    new GradientClip(0.5).apply(tagger.parameters());
                    adam.step();
                    all.add(step.keep(loss));
                }
            }
        }
        all.addAll(tagger.parameters());
        return digest(name, all);
    }

    private static String digest(String name, List<Tensor> tensors) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Tensor tensor : tensors) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.shape().elements());
                for (float value : tensor.toArray()) {
                    bytes.putInt(Float.floatToIntBits(value));
                }
                digest.update(bytes.array());
            }
            return name + ": " + HexFormat.of().formatHex(digest.digest(), 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
