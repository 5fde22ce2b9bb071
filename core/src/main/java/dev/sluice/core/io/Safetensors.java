package dev.sluice.core.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The format <a href="https://github.com/huggingface/safetensors">safetensors</a>: eight bytes that hold the length of a header, the header in JSON, and the
 * elements of all tensors, one after the other without holes.
 */
final class Safetensors {
    /** What the reference implementation takes at most. */
    private static final long LONGEST_HEADER = 100_000_000;

    /** The name of what is no tensor. */
    static final String METADATA = "__metadata__";

    private static final int ALIGNMENT = 8;
    private static final JsonFactory JSON = JsonFactory.builder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(4).maxStringLength((int) LONGEST_HEADER).maxNameLength((int) LONGEST_HEADER).build()).build();

    private Safetensors() {}

    /** Whether a file begins as these do. */
    static boolean is(MemorySegment file) {
        return file.byteSize() >= 9 && file.get(ValueLayout.JAVA_BYTE, 8) == '{';
    }

    /** What is in a file. */
    static TensorFile.Content read(OpenFile open) throws DamagedFileException {
        MemorySegment file = open.bytes();
        long length = file.byteSize() < 8 ? -1 : file.get(DType.LONG, 0);
        if (length < 2 || length > Math.min(LONGEST_HEADER, file.byteSize() - 8)) {
            throw new DamagedFileException("its header is said to have " + Long.toUnsignedString(length) + " bytes, of a file of " + file.byteSize() + "; at most "
                    + LONGEST_HEADER + " that are there can be read");
        }
        try {
            return new Header(open, file.asSlice(8, length), 8 + length).read();
        } catch (DamagedFileException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new DamagedFileException("its header is no JSON of a safetensors file: " + e.getOriginalMessage());
        } catch (CharacterCodingException e) {
            throw new DamagedFileException("its header is not in UTF-8");
        } catch (IOException e) {
            throw new DamagedFileException("its header cannot be read: " + e.getMessage());
        }
    }

    private static final class Header {
        private final OpenFile file;
        private final MemorySegment text;
        private final long start;
        private final long dataSize;
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final List<StoredTensor> tensors = new ArrayList<>();
        private final List<Place> places = new ArrayList<>();
        private JsonParser json;

        Header(OpenFile file, MemorySegment text, long start) {
            this.file = file;
            this.text = text;
            this.start = start;
            dataSize = file.bytes().byteSize() - start;
        }

        TensorFile.Content read() throws IOException {
            ByteArrayInputStream bytes = new ByteArrayInputStream(text.toArray(ValueLayout.JAVA_BYTE));
            try (JsonParser parser = JSON.createParser(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()))) {
                json = parser;
                expect(JsonToken.START_OBJECT, "the header");
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    if (name.equals(METADATA)) {
                        metadata();
                    } else {
                        tensor(name);
                    }
                }
                if (json.nextToken() != null) {
                    throw new DamagedFileException("something follows its header's JSON");
                }
            }
            requireNoOverlap();
            return new TensorFile.Content(tensors, metadata);
        }

        private void expect(JsonToken token, String what) throws IOException {
            if (json.nextToken() != token) {
                throw new DamagedFileException(what + " is " + (json.currentToken() == null ? "missing" : json.currentToken()) + " in its header; " + token + " is required");
            }
        }

        private void metadata() throws IOException {
            expect(JsonToken.START_OBJECT, METADATA);
            for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
                expect(JsonToken.VALUE_STRING, "metadata \"" + key + "\"");
                metadata.put(key, json.getText());
            }
        }

        private void tensor(String name) throws IOException {
            String type = null;
            long[] sizes = null, offsets = null;
            expect(JsonToken.START_OBJECT, "tensor \"" + name + "\"");
            for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
                switch (key) {
                    case "dtype" -> {
                        expect(JsonToken.VALUE_STRING, "the dtype of \"" + name + "\"");
                        type = json.getText();
                    }
                    case "shape" -> sizes = numbers("the shape of \"" + name + "\"");
                    case "data_offsets" -> offsets = numbers("the data_offsets of \"" + name + "\"");
                    default -> throw new DamagedFileException("tensor \"" + name + "\" has the field \"" + key + "\"; dtype, shape and data_offsets are all there is");
                }
            }
            if (type == null || sizes == null || offsets == null || offsets.length != 2) {
                throw new DamagedFileException("tensor \"" + name + "\" lacks its dtype, its shape or its two data_offsets");
            }
            tensors.add(stored(name, type, sizes, offsets[0], offsets[1]));
        }

        private long[] numbers(String what) throws IOException {
            expect(JsonToken.START_ARRAY, what);
            long[] numbers = new long[4];
            int count = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER || json.getLongValue() < 0) {
                    throw new DamagedFileException(what + " contains " + json.getText() + "; whole numbers from 0 to " + Long.MAX_VALUE + " are required");
                }
                if (count == numbers.length) {
                    numbers = Arrays.copyOf(numbers, 2 * count);
                }
                numbers[count++] = json.getLongValue();
            }
            return Arrays.copyOf(numbers, count);
        }

        private StoredTensor stored(String name, String typeName, long[] sizes, long from, long to) throws DamagedFileException {
            ElementType type = ElementType.named(typeName);
            if (from > to || to > dataSize) {
                throw new DamagedFileException("tensor \"" + name + "\" has data_offsets " + from + " to " + to + " in " + dataSize + " bytes of data");
            }
            long bytes = type.bits() == 0 ? to - from : type.bytes(name, sizes);
            if (bytes != to - from) {
                throw new DamagedFileException("tensor \"" + name + "\" " + type + " " + Arrays.toString(sizes) + " has " + bytes + " bytes, its data_offsets say " + (to - from));
            }
            places.add(new Place(name, from, to));
            return StoredTensor.inFile(name, type, sizes, new Elements.InFile(file, start + from, bytes, null));
        }

        private void requireNoOverlap() throws DamagedFileException {
            long end = 0;
            places.sort(Comparator.comparingLong(Place::from).thenComparingLong(Place::to));
            for (Place place : places) {
                if (place.from != end) {
                    throw new DamagedFileException("the data of \"" + place.name + "\" begin at byte " + place.from + ", where those before end at " + end
                            + "; there must be neither holes nor overlaps");
                }
                end = place.to;
            }
            if (end != dataSize) {
                throw new DamagedFileException("its tensors have " + end + " bytes of data, the file " + dataSize);
            }
        }

        private record Place(String name, long from, long to) {}
    }

    /**
     * What comes before the elements.
     *
     * @throws IllegalArgumentException when it is longer than what can be read
     */
    static byte[] header(List<StoredTensor> tensors, Map<String, String> metadata) throws IOException {
        requireShort(metadata.entrySet().stream().mapToLong(entry -> entry.getKey().length() + entry.getValue().length()).sum());
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(header)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) { // the same bytes each time
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            long end = 0;
            for (StoredTensor tensor : tensors) {
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", tensor.typeName());
                json.writeFieldName("shape");
                json.writeArray(tensor.sizes(), 0, tensor.sizes().length);
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {end, end + tensor.byteSize()}, 0, 2);
                json.writeEndObject();
                end += tensor.byteSize();
            }
            json.writeEndObject();
        }
        while (header.size() % ALIGNMENT != 0) {
            header.write(' ');
        }
        requireShort(header.size());
        return header.toByteArray();
    }

    private static void requireShort(long bytes) {
        if (bytes > LONGEST_HEADER) {
            throw new IllegalArgumentException("write: names, shapes and metadata take a header of at least " + bytes + " bytes; at most " + LONGEST_HEADER
                    + " can be read again; keep large texts in a file of their own");
        }
    }

    static void write(OutputStream out, byte[] header, List<StoredTensor> tensors) throws IOException {
        out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length).array());
        out.write(header);
        for (StoredTensor tensor : tensors) {
            Bytes.write(out, tensor.bytes());
        }
    }
}
