package dev.sluice.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.api.tensor.Tensor;
import dev.sluice.core.nn.Linear;
import dev.sluice.core.train.Checkpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written can be read again, and what could not be is refused before anything is replaced. */
class WrittenIsReadTest {
    private static final List<DType> TYPES = Arrays.stream(DType.values()).filter(type -> type != DType.OTHER).toList();

    @TempDir
    private Path folder;

    private void assertRefused(Path path, List<StoredTensor> tensors, Map<String, String> metadata, String message) throws IOException {
        Files.writeString(path, "what was there before");
        assertThatThrownBy(() -> TensorFile.write(path, tensors, metadata)).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
        assertThat(path).hasContent("what was there before");
        assertThat(folder.toFile().list()).hasSize(1);
        Files.delete(path);
    }

    @Test
    void whatOpenWouldRefuse() throws IOException {
        Path pt = folder.resolve("a.pt"), safetensors = folder.resolve("a.safetensors");
        List<StoredTensor> one = List.of(StoredTensor.of("a", 1));
        assertRefused(pt, List.of(), Map.of(), "write: there are no tensors; a checkpoint of PyTorch needs at least one");
        assertRefused(pt, one, Map.of("a", "b"), "write: a checkpoint of PyTorch holds no metadata [a]; write safetensors, or leave them out");
        int[] ones = new int[65];
        Arrays.fill(ones, 1);
        assertRefused(pt, List.of(StoredTensor.of("deep", Tensor.ones(ones))), Map.of(), "write: deep has 65 dimensions; at most 64 can be read again from a checkpoint of PyTorch; write safetensors");
        String tooLong = "write: names, shapes and metadata take a header of at least %d bytes; at most 100000000 can be read again; keep large texts in a file of their own";
        assertRefused(safetensors, one, Map.of("vocabulary", "x".repeat(100_000_000)), String.format(Locale.ROOT, tooLong, 100_000_010));
        assertRefused(safetensors, one, Map.of("controls", "\u0001".repeat(17_000_000)), String.format(Locale.ROOT, tooLong, 102_000_088)); // six bytes each
        for (Path path : List.of(pt, safetensors)) {
            assertRefused(path, List.of(StoredTensor.of("a\ud83d", 1)), Map.of(),
                    "write: a tensor is named \"a\ud83d\", which has half of a surrogate pair; whole letters of Unicode are required");
            assertRefused(path, List.of(StoredTensor.of("a", 1), StoredTensor.of("a", 2)), Map.of(), "write: two tensors have one name, \"a\"; names must differ");
        }
        assertRefused(safetensors, one, Map.of("\ude00", "x"), "write: metadata is named \"\ude00\", which has half of a surrogate pair; whole letters of Unicode are required");
        assertRefused(safetensors, one, Map.of("x", "\ude00"), "write: metadata \"x\" is \"\ude00\", which has half of a surrogate pair; whole letters of Unicode are required");
    }

    @Test
    void aCheckpointWhoseProgressIsTooLongLeavesTheOneBefore() throws IOException {
        Path path = folder.resolve("a.safetensors");
        Checkpoint checkpoint = new Checkpoint(Map.of()).with("model", new Linear(2, 1));
        checkpoint.save(path, Map.of("at", "1"));
        assertThatThrownBy(() -> checkpoint.save(path, Map.of("log", "y".repeat(101_000_000)))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 100000000 can be read again");
        assertThat(checkpoint.restore(path)).containsOnly(Map.entry("at", "1"));
    }

    @Test
    void longNamesAndTextsOfMetadata() throws IOException {
        Path path = folder.resolve("a.safetensors");
        Map<String, String> metadata = Map.of("k".repeat(60_000), "", "v", "x".repeat(30_000_000));
        TensorFile.write(path, List.of(), metadata);
        try (TensorFile file = TensorFile.open(path)) {
            assertThat(file.metadata()).isEqualTo(metadata);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.safetensors", "a.pt"})
    void anythingThatIsWritten(String name) throws IOException {
        Random random = new Random(17);
        Path path = folder.resolve(name);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                StoredTensor tensor = tensor(random);
                tensors.put(tensor.name(), tensor);
            }
            Map<String, String> metadata = new HashMap<>();
            for (int i = name.endsWith(".pt") ? 0 : random.nextInt(3); i > 0; i--) {
                metadata.put(text(random), text(random));
            }
            Files.deleteIfExists(path);
            try {
                TensorFile.write(path, new ArrayList<>(tensors.values()), metadata);
            } catch (IllegalArgumentException e) {
                assertThat(path).doesNotExist();
                refused++;
                continue;
            }
            try (TensorFile file = TensorFile.open(path)) {
                assertThat(file.metadata()).isEqualTo(metadata);
                assertThat(file.stored().keySet()).containsExactlyElementsOf(tensors.keySet());
                file.stored().forEach((key, stored) -> {
                    assertThat(stored.form()).isEqualTo(tensors.get(key).form());
                    assertThat(stored.bytes().mismatch(tensors.get(key).bytes())).as(key).isEqualTo(-1);
                });
            }
        }
        assertThat(refused).as("of 400").isBetween(10, 300);
    }

    private static StoredTensor tensor(Random random) {
        DType type = TYPES.get(random.nextInt(TYPES.size()));
        long[] sizes = random.longs(random.nextInt(10) == 0 ? 66 : random.nextInt(5), 0, 4).toArray();
        long elements = 1;
        for (int d = 0; d < sizes.length; d++) {
            sizes[d] = sizes.length > 4 ? 1 : sizes[d];
            elements *= sizes[d];
        }
        if (elements == 0 && random.nextBoolean()) {
            for (int d = 0; d < sizes.length; d++) {
                sizes[d] = sizes[d] == 0 ? 0 : 1L << 40; // nothing, however large it would be
            }
        }
        byte[] bytes = new byte[(int) elements * type.bytes()];
        random.nextBytes(bytes);
        return StoredTensor.inFile(text(random), ElementType.of(type), sizes, new Elements.InMemory(MemorySegment.ofArray(bytes)));
    }

    /** Letters, digits, dots, quotes, controls, other scripts, now and then half a pair. */
    private static String text(Random random) {
        int[] from = {'a', '0', '.', '"', '\\', 0, '\n', 0x7f, 'é', 'ن', 0x2028, 0xfeff, 0xffff, 0x1f600, random.nextInt(8) == 0 ? 0xd800 : '_'};
        return random.ints(random.nextInt(20) == 0 ? 501 : random.nextInt(6), 0, from.length).mapToObj(i -> Character.toString(from[i])).reduce("", String::concat);
    }
}
