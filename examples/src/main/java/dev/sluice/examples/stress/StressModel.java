package dev.sluice.examples.stress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.api.tensor.Generator;
import dev.sluice.api.tensor.Shape;
import dev.sluice.api.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained tagger with its phones, as it is kept in a file: safetensors, so that Python can read it too, with the sizes and the phones in the
 * file's metadata.
 */
public record StressModel(Phones phones, StressTagger.Sizes sizes, StressTagger tagger) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_HEADER = 1 << 20;

    /** Writes the model beside {@code file} and moves it there when it is complete. */
    public void save(Path file) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode metadata = header.putObject("__metadata__");
        metadata.put("model", "word-stress").put("phones", String.join(" ", phones.names())).put("embedding", "" + sizes.embedding())
                .put("hidden", "" + sizes.hidden()).put("layers", "" + sizes.layers()).put("forward-only", "" + sizes.forwardOnly());
        int end = 0;
        for (var parameter : tagger.namedParameters().entrySet()) {
            Shape shape = parameter.getValue().shape();
            ObjectNode entry = header.putObject(parameter.getKey()).put("dtype", "F32");
            entry.set("shape", JSON.valueToTree(shape.sizes()));
            entry.putArray("data_offsets").add(end).add(end += 4 * shape.elements());
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + end).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
        for (Tensor parameter : tagger.namedParameters().values()) {
            for (float value : parameter.toArray()) {
                bytes.putFloat(value);
            }
        }
        Path beside = file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.write(beside, bytes.array());
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /**
     * The model in a file that {@link #save} wrote.
     *
     * @throws IOException naming the file and what is wrong with it
     */
    public static StressModel load(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long length = bytes.remaining() < 8 ? -1 : bytes.getLong();
        if (length < 2 || length > Math.min(LONGEST_HEADER, bytes.remaining())) {
            throw new IOException(file + ": not a model of WordStress: no safetensors header at its beginning");
        }
        byte[] text = new byte[(int) length];
        bytes.get(text);
        try {
            JsonNode header = JSON.readTree(text);
            JsonNode metadata = header.path("__metadata__");
            if (!metadata.path("model").asText().equals("word-stress")) {
                throw new IOException(file + ": a safetensors file, but not a model of WordStress; give one that --model wrote");
            }
            Phones phones = new Phones(List.of(metadata.path("phones").asText().split(" ")));
            StressTagger.Sizes sizes = new StressTagger.Sizes(phones.count(), metadata.path("embedding").asInt(), metadata.path("hidden").asInt(),
                    metadata.path("layers").asInt(), metadata.path("forward-only").asBoolean());
            StressTagger tagger = new StressTagger(sizes, new Generator(0));
            tagger.load(parameters(tagger, header, bytes.slice().order(ByteOrder.LITTLE_ENDIAN)));
            tagger.eval();
            return new StressModel(phones, sizes, tagger);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(file + ": the model is damaged: " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> parameters(StressTagger tagger, JsonNode header, ByteBuffer data) {
        Map<String, Tensor> values = new HashMap<>();
        tagger.namedParameters().forEach((name, parameter) -> {
            JsonNode offsets = header.path(name).path("data_offsets");
            int from = offsets.path(0).asInt(-1);
            int bytes = 4 * parameter.shape().elements();
            if (from < 0 || from > data.capacity() - bytes || offsets.path(1).asInt(-1) != from + bytes) {
                throw new IllegalArgumentException("the data of " + name + " " + parameter.shape() + " is missing or incomplete");
            }
            values.put(name, Tensor.empty(parameter.shape()).copyFrom(data.slice(from, bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()));
        });
        return values;
    }

    /**
     * Phones with the stress that the tagger gives them: {@code K AA1 N T EH0 S T}.
     *
     * @throws IllegalArgumentException naming a phone that is unknown
     */
    public String predict(String spoken) {
        int[] ids = phones.ids(spoken);
        return StressWord.spoken(phones, ids, tagger.tag(List.of(ids)).getFirst());
    }

    /** A word's predicted stress beside that of the dictionary. */
    public String compare(StressWord word) {
        int[] guess = tagger.tag(List.of(word.phones())).getFirst();
        String predicted = StressWord.spoken(phones, word.phones(), guess);
        String dictionary = StressWord.spoken(phones, word.phones(), word.tags());
        return String.format("  %-14s predicted %-32s dictionary %s%s", word.spelling(), predicted, dictionary, predicted.equals(dictionary) ? "" : "   (differs)");
    }
}
