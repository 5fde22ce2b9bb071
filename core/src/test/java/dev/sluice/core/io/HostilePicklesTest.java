package dev.sluice.core.io;

import static dev.sluice.core.io.HostileFilesTest.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose pickle is an attack, or nonsense. */
@Timeout(200) // seconds, where nothing but what never ends takes as many
class HostilePicklesTest {
    private static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n", FLOATS = "ctorch\nFloatStorage\n";

    @TempDir
    private Path folder;

    /** Codes, letters, and bytes, one after the other. */
    static byte[] bytes(Object... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Object part : parts) {
            switch (part) {
                case Integer code -> bytes.write(code);
                case String letters -> bytes.writeBytes(letters.getBytes(StandardCharsets.UTF_8));
                default -> bytes.writeBytes((byte[]) part);
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String text) {
        byte[] letters = text.getBytes(StandardCharsets.UTF_8);
        return bytes("X", ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(letters.length).array(), letters);
    }

    private static byte[] number(long number) {
        return bytes(0x8a, 8, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
    }

    private static byte[] tuple(long... numbers) {
        return bytes("(", bytes(IntStream.range(0, numbers.length).mapToObj(i -> number(numbers[i])).toArray()), "t");
    }

    /** The pickle's reference to storage 0. */
    private static byte[] storage(long elements) {
        return bytes("(", text("storage"), FLOATS, text("0"), text("cpu"), number(elements), "tQ");
    }

    private static byte[] tensor(long elements, long offset, byte[] sizes, byte[] strides) {
        return bytes(REBUILD, "(", storage(elements), number(offset), sizes, strides, 0x89, "}tR");
    }

    /** A dictionary of one value. */
    private static byte[] dictionary(byte[] value) {
        return bytes(0x80, 2, "}", text("a"), value, "s.");
    }

    /** What comes of this pickle beside a storage of six numbers. */
    private String refusal(Object... pickle) throws IOException {
        return outcome(folder, HostileArchivesTest.archive(Map.of("a/data.pkl", bytes(pickle), "a/data/0", new byte[24])));
    }

    @Test
    void whatIsRightIsRead() throws IOException {
        assertThat(refusal(dictionary(tensor(6, 0, tuple(2, 3), tuple(3, 1)))).concat(refusal(dictionary(tensor(6, 5, tuple(), tuple()))))).isEqualTo("it is readit is read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"posix system", "os system", "builtins eval", "builtins getattr", "__builtin__ exec", "torch load", "torch FloatStorage.__reduce__", "torch.storage _load_from_bytes",
        "collections OrderedDict.update", "runpy _run_code", "../x y"})
    void otherNamesAreNeverCalled(String name) throws IOException {
        String[] parts = name.split(" ");
        String refusal = "there are no tensors in it; it is an object of " + parts[0] + "." + parts[1] + "; in Python, save its tensors, or model.state_dict() instead of the model";
        assertThat(refusal(0x80, 2, "c", parts[0], "\n", parts[1], "\n", text("touch x"), 0x85, "R.")).isEqualTo(refusal);
        assertThat(refusal(0x80, 4, text(parts[0]), text(parts[1]), 0x93, text("touch x"), 0x85, 0x81, "}b.")).isEqualTo(refusal);
        assertThat(refusal(0x80, 4, text(parts[0]), text(parts[1]), 0x93, ")", "}", text("x"), text("y"), "s", 0x92, "N", "b.")).isEqualTo(refusal);
        assertThat(refusal("(i", parts[0], "\n", parts[1], "\n.")).isEqualTo(refusal);
        assertThat(refusal("(c", parts[0], "\n", parts[1], "\n", text("touch x"), "o.")).isEqualTo(refusal);
        assertThat(refusal(0x80, 2, "}(", text("a"), "c", parts[0], "\n", parts[1], "\n", text("touch x"), 0x85, "R", text("b"), tensor(6, 0, tuple(2, 3), tuple(3, 1)), "u.")).isEqualTo("it is read");
    }

    @ParameterizedTest
    @CsvSource({"A, 'A'", "Z, 'Z'", "\u007f, 0x7f", "\u008c\u0099, 0x99", "\u009f, 0x9f", "\u00ff, 0xff"})
    void whatIsNoCodeOfAPickleIsRefused(String codes, String shown) throws IOException {
        int code = codes.charAt(codes.length() - 1);
        assertThat(refusal(0x80, 2, REBUILD, ")", code, 0, 0, 0, 0, ".")).isEqualTo("its pickle has " + (shown.length() == 1 ? "'" + shown + "'" : shown) + " at byte 36, which is no code of a pickle");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0         | its pickle takes something that was not there, before byte 3",
        ".         | its pickle takes something that was not there, before byte 3",
        "(00       | its pickle takes something that was not there, before byte 5",
        "b         | its pickle takes something that was not there, before byte 3",
        "t         | its pickle takes more than was there, before byte 3",
        "}u        | its pickle takes more than was there, before byte 4",
        "}(Nu      | its pickle gives a dictionary a key without a value",
        "]NNs      | its pickle has a list where a dictionary is required, before byte 6",
        "}Na       | its pickle has a dictionary where a list is required, before byte 5",
        "}(Ne      | its pickle has a dictionary where a list is required, before byte 6",
        "N)R       | its pickle calls None",
        "}}R       | its pickle has a dictionary where arguments is required, before byte 5",
        "hA        | its pickle asks for what it never remembered, number 65",
        "jzzzz     | its pickle asks for what it never remembered, number 2054847098",
        "qA        | its pickle takes something that was not there, before byte 4",
        "]Q.       | there are no tensors in it; it is an object of a reference; in Python, save its tensors, or model.state_dict() instead of the model",
        "(o        | its pickle makes an object of nothing, before byte 4",
        "Ix        | its pickle ends in the middle: 1 bytes are to follow byte 4 of 4",
        "Xzzzz     | its pickle ends in the middle: 2054847098 bytes are to follow byte 7 of 7",
        "GAAA      | its pickle ends in the middle: 8 bytes are to follow byte 3 of 6",
        "N         | its pickle ends in the middle: 1 bytes are to follow byte 3 of 3",
        "N.        | there are no tensors in it",
        "].        | there are no tensors in it",
    })
    void nonsenseIsRefused(String codes, String refusal) throws IOException {
        assertThat(refusal(0x80, 2, codes.strip())).isEqualTo(refusal);
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 99, 255})
    void otherProtocolsAreRefused(int protocol) throws IOException {
        assertThat(refusal(0x80, protocol, "}.")).isEqualTo("its pickle is of protocol " + protocol + "; 0 to 5 can be read");
    }

    @Test
    void textsAndMemoriesThatClaimTooMuchAreRefused() throws IOException {
        byte[] negative = ByteBuffer.allocate(8).putLong(-1).array();
        assertThat(refusal(0x80, 4, 0x8d, negative)).isEqualTo("its pickle ends in the middle: 18446744073709551615 bytes are to follow byte 11 of 11");
        assertThat(refusal(0x80, 4, "X", new byte[] {-1, -1, -1, 127})).isEqualTo("its pickle ends in the middle: 2147483647 bytes are to follow byte 7 of 7");
        assertThat(refusal(0x80, 4, 0x95, negative, "}.")).isEqualTo("there are no tensors in it");
        assertThat(refusal(0x80, 2, "}r", new byte[] {-1, -1, -1, -1}, "0j", new byte[] {-1, -1, -1, -1}, ".")).isEqualTo("there are no tensors in it");
        assertThat(refusal(0x80, 2, "]".repeat(2_000_001), ".")).isEqualTo("there are no tensors in it");
        assertThat(refusal(0x80, 2, "c", "x".repeat(70_000))).isEqualTo("its pickle has a line of more than 65536 letters");
        assertThat(refusal("Ione\n.")).isEqualTo("its pickle has \"one\" where a number is required");
        assertThat(refusal("Fone\n.")).isEqualTo("its pickle has \"one\" where a number is required");
    }

    /** In a list beside a tensor. */
    private String beside(Object... pickle) throws IOException {
        return refusal(0x80, 2, "](", bytes(pickle), tensor(6, 0, tuple(2, 3), tuple(3, 1)), "e.");
    }

    @Test
    void whatContainsItselfIsReadOnce() throws IOException {
        assertThat(beside("}q\0", text("a"), "h\0s")).isEqualTo("it is read");
        assertThat(beside("]q\0h\0a")).isEqualTo("it is read");
        assertThat(beside("]q\0(h\0h\0h\0h\0ta")).isEqualTo("it is read");
        assertThat(beside("cx\ny\n)", 0x81, "q\0}", text("me"), "h\0sb")).isEqualTo("it is read");
        assertThat(beside("cx\ny\n)", 0x81, "q\0(h\0h\0e", text("me"), "h\0s")).isEqualTo("it is read");
        assertThat(beside("]".repeat(100_000), "a".repeat(99_999))).isEqualTo("it is read");
    }

    @Test
    void manyThatAllContainEachOtherTakeTimeInProportion() throws IOException {
        StringBuilder pickle = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            pickle.append("]q").append((char) i).append('0');
        }
        for (int i = 0; i < 120; i++) {
            pickle.append('h').append((char) i).append('(');
            for (int j = 0; j < 120; j++) {
                pickle.append('h').append((char) j);
            }
            pickle.append("e0");
        }
        assertThat(beside(pickle + "h\0")).isEqualTo("it is read");
    }

    @Test
    void aBillionLaughsAreHeardOnce() throws IOException {
        StringBuilder pickle = new StringBuilder("]q\0");
        for (int i = 0; i < 40; i++) { // a list of twenty of the list before
            pickle.append("](").append(("h" + (char) i).repeat(20)).append("eq").append((char) (i + 1));
        }
        assertThat(refusal(0x80, 2, pickle + ".")).isEqualTo("there are no tensors in it");
        assertThat(beside(pickle.toString())).isEqualTo("it is read");
        assertThat(beside(pickle.toString().replace("](", "(").replace("eq", "tq"))).isEqualTo("it is read");
        assertThat(beside(pickle.toString().replace("](", "(").replace("eq", "tq"), "}h(Ns")).as("as a key").isEqualTo("it is read");
    }

    @Test
    void manyItemsOfLongNamesTakeMemoryInProportion() throws IOException {
        byte[] truths = new byte[500_000];
        Arrays.fill(truths, (byte) 0x88);
        assertThat(beside("}", text("x".repeat(480)), "](", truths, "es")).isEqualTo("it is read");
        assertThat(beside("}", text("x"), bytes("](", bytes(0x8a, 255, new byte[254], 1), "q\0", "h\0".repeat(100_000), "e"), "s")).isEqualTo("it is read");
        byte[] one = tensor(6, 0, tuple(2, 3), tuple(3, 1));
        assertThat(refusal(0x80, 2, "}", text("x".repeat(480)), "](", one, "q\0", "h\0".repeat(20_000), "es."))
                .isEqualTo("the names of its tensors have more letters than can be kept for a file of its size");
    }

    @Test
    void manyLongKeysTakeMemoryInProportion() throws IOException {
        byte[] key = bytes("(", bytes("K\1", text("x".repeat(400)), "tq\0"));
        String refusal = "the keys of its dictionaries have more letters than can be kept for a file of its size";
        assertThat(beside(key, "}(", "h\0N".repeat(100_000), "u")).isEqualTo(refusal);
        assertThat(beside("}(", "NN".repeat(50_000), "u")).as("of one text").isEqualTo("it is read");
        byte[] module = text("m".repeat(10_000)), name = text("n".repeat(10_000));
        assertThat(beside(module, "q\0", name, "q\1", repeated(bytes("h\0h\1", 0x93), 100_000))).isEqualTo("it is read");
    }

    private static byte[] repeated(byte[] part, int count) {
        byte[] all = new byte[part.length * count];
        for (int i = 0; i < all.length; i++) {
            all[i] = part[i % part.length];
        }
        return all;
    }

    @Test
    void tensorsOfManyDimensionsAreNotRead() throws IOException {
        byte[] ones = bytes("(", ("K\1").repeat(10_000), "t");
        assertThat(refusal(0x80, 2, REBUILD, "q\0", "(", storage(6), "K\0", ones, "q\2", "h\2", 0x89, "}tq\1", "R", "h\0h\1R".repeat(5000), ".")).isEqualTo("it is read");
    }

    @Test
    void referencesToStoragesOfManyPartsAreNotRead() throws IOException {
        byte[] reference = bytes("(", text("storage"), FLOATS, text("0"), text("cpu"), number(6), "N".repeat(300_000), "t");
        assertThat(refusal(0x80, 2, reference, "q\0", "Q", "h\0Q0".repeat(150_000), ".")).startsWith("there are no tensors in it; it is an object of a reference");
    }

    @ParameterizedTest
    @CsvSource({"-1, 2, 1", "0, -2, 1", "0, 2, -1", "-9223372036854775808, 2, 1"})
    void negativePlacesSizesAndStridesAreNotRead(long offset, long size, long stride) throws IOException {
        assertThat(refusal(dictionary(tensor(6, offset, tuple(size), tuple(stride))))).isEqualTo("it is read");
        assertThat(asked(tensor(6, offset, tuple(size), tuple(stride)))).endsWith(" cannot be read: what torch._utils._rebuild_tensor_v2 makes it of is not understood");
    }

    @ParameterizedTest
    @CsvSource({"0, 7, 1", "1, 6, 1", "6, 1, 1", "0, 4, 2", "0, 2, 6", "7, 1, 1", "9223372036854775807, 1, 1", "1, 2, 9223372036854775807", "6, 7, 0", "0, 536870912, 1"})
    void tensorsBeyondTheirStorageAreRefused(long offset, long size, long stride) throws IOException {
        assertThat(refusal(dictionary(tensor(6, offset, tuple(size), tuple(stride))))).isEqualTo("tensor \"a\" F32 [" + size + "] with strides [" + stride + "] from element " + offset
                + " on goes beyond its storage of 6 elements");
    }

    /** What the tensor "a" says when it is asked for. */
    private String asked(byte[] tensor) throws IOException {
        byte[] archive = HostileArchivesTest.archive(Map.of("a/data.pkl", dictionary(tensor), "a/data/0", new byte[24]));
        try (TensorFile file = TensorFile.open("file", archive)) {
            return catchThrowable(() -> file.tensor("a")).getMessage();
        }
    }

    @Test
    void moreThanTheFileCouldHoldIsRefusedWhenItIsAskedFor() throws IOException {
        byte[] large = tensor(6, 0, tuple(1 << 21, 1 << 21), tuple(0, 0));
        assertThat(refusal(dictionary(large))).isEqualTo("it is read");
        assertThat(asked(large)).isEqualTo("a: F32 [2097152, 2097152] cannot be read: with strides [0, 0] its 6 elements in the file become 17592186044416 bytes, which is more than 268435456 "
                + "and four times the file's size; in Python, save what it is made of");
    }

    @Test
    void storagesAndShapesThatOverflowAreRefused() throws IOException {
        String shape = "[4294967296, 4294967296]";
        assertThat(refusal(dictionary(tensor(6, 0, tuple(1L << 32, 1L << 32), tuple(0, 0))))).isEqualTo("tensor \"a\" has the shape " + shape + ", which is more than any file can hold");
        assertThat(refusal(dictionary(tensor(1L << 29, 0, tuple(2), tuple(1))))).isEqualTo("its storage 0 is said to have 536870912 elements of F32; there are 24 bytes");
        assertThat(asked(tensor(-1, 0, tuple(2), tuple(1)))).isEqualTo("a: tensor [2] cannot be read: what torch._utils._rebuild_tensor_v2 makes it of is not understood");
        assertThat(refusal(0x80, 2, storage(6), "0", storage(5), ".")).isEqualTo("its pickle describes storage 0 in two ways");
    }

    @Test
    void manyDictionaryKeysOfOneHashTakeNoLonger() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.writeBytes(bytes(0x80, 2, "}("));
        for (int i = 0; i < 1 << 16; i++) {
            StringBuilder key = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            int hash = key.toString().hashCode();
            pickle.writeBytes(bytes(text(key.toString()), "N", number((long) i << 32 | (hash ^ i) & 0xffffffffL), "N"));
        }
        assertThat(refusal(pickle.toByteArray(), "u.")).isEqualTo("there are no tensors in it");
    }
}
