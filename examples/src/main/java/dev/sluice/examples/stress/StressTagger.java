package dev.sluice.examples.stress;

import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Inference;
import dev.sluice.core.LSTM;
import dev.sluice.core.PackedSequence;
import dev.sluice.core.Packing;
import dev.sluice.core.nn.Embedding;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.nn.Module;
import java.util.List;

/** A tag for each phone of a word: vectors for the phones, an LSTM over them, and a linear layer on top. Nothing is ever padded. */
public final class StressTagger extends Module {
    private final Embedding embedding;
    private final LSTM lstm;
    private final Linear head;

    /**
     * @param embedding the size of a phone's vector
     * @param hidden the size of the LSTM in each direction
     */
    public record Sizes(int phones, int embedding, int hidden, int layers, boolean forwardOnly) {}

    public StressTagger(Sizes sizes, Generator random) {
        embedding = module("embedding", new Embedding(sizes.phones, sizes.embedding, random));
        lstm = module("lstm", LSTM.of(sizes.embedding, sizes.hidden).layers(sizes.layers).bidirectional(!sizes.forwardOnly).random(random).build());
        head = module("head", new Linear(lstm.outputSize(), StressWord.TAGS.length(), random));
    }

    /**
     * @param words the phones of each
     * @return scores of the four tags, packed: [phones of all words, 4]
     */
    public PackedSequence forward(List<int[]> words) {
        Packing packing = Packing.of(words.stream().mapToInt(word -> word.length).toArray());
        PackedSequence vectors = new PackedSequence(embedding.forward(packing.pack(words)), packing); // [phones, embedding]
        return lstm.forward(vectors).output().map(head::forward); // [phones, hidden · directions], then [phones, 4]
    }

    /** The most likely tags of each word. */
    public List<int[]> tag(List<int[]> words) {
        return Inference.of(() -> {
            PackedSequence scores = forward(words);
            return scores.packing().unpack(scores.data().argmax());
        });
    }
}
