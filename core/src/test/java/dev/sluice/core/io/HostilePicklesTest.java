package dev.sluice.core.io;

import static dev.sluice.core.io.HostileFilesTest.outcome;
import static org.assertj.core.api.Assertions.assertThat;

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
    @ValueSource(strings = {"posix system", "os system", "builtins eval", "builtins getattr", "__builtin__ exec", "torch load", "torch._utils _rebuild_tensor_v3", "torch FloatStorage.__reduce__",
        "torch.storage _load_from_bytes", "collections OrderedDict.update", "runpy _run_code", "../x y"})
    void noOtherNamesAreAnswered(String name) throws IOException {
        String[] parts = name.split(" ");
        String refusal = "it asks for " + parts[0] + "." + parts[1] + ", which is refused: only tensors, and dictionaries and lists of them, are read; in Python, save model.state_dict() instead of the model";
        assertThat(refusal(0x80, 2, "c", parts[0], "\n", parts[1], "\n", text("touch x"), 0x85, "R.")).isEqualTo(refusal);
        assertThat(refusal(0x80, 4, text(parts[0]), text(parts[1]), 0x93, text("touch x"), 0x85, "R.")).isEqualTo(refusal);
    }

    @ParameterizedTest
    @CsvSource({"i, 'i'", "o, 'o'", "P, 'P'", "I, 'I'", "S, 'S'", "V, 'V'", "F, 'F'", "L, 'L'", "g, 'g'", "p, 'p'", "d, 'd'", "l, 'l'", "1, '1'", "2, '2'", "B, 'B'", "T, 'T'", "U, 'U'", "C, 'C'",
        "\u0081, 0x81", "\u0082, 0x82", "\u0083, 0x83", "\u0084, 0x84", "\u008b, 0x8b", "\u008e, 0x8e", "\u008f, 0x8f", "\u0090, 0x90", "\u0091, 0x91", "\u0092, 0x92", "\u0096, 0x96",
        "\u0097, 0x97", "\u0098, 0x98", "\u00ff, 0xff"})
    void codesThatNoTensorNeedsAreRefused(char code, String shown) throws IOException {
        String quoted = shown.length() == 1 ? "'" + shown + "'" : shown;
        assertThat(refusal(0x80, 2, REBUILD, ")", (int) code, 0, 0, 0, 0, ".")).isEqualTo("its pickle has the code " + quoted + " at byte 36, which is refused: no tensor needs it");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "0         | its pickle takes something that was not there, before byte 3",
        ".         | its pickle takes something that was not there, before byte 3",
        "(0        | its pickle takes something that was not there, before byte 4",
        "b         | its pickle takes something that was not there, before byte 3",
        "NNb       | its pickle has a Object where a dictionary is required, before byte 5",
        "]Nb       | its pickle has a ArrayList where a dictionary is required, before byte 5",
        "t         | its pickle takes more than was there, before byte 3",
        "}u        | its pickle takes more than was there, before byte 4",
        "}(Nu      | its pickle gives a dictionary a key without a value",
        "}(]Nu     | its pickle has a ArrayList as the key of a dictionary; only texts and whole numbers can be read",
        "})Ns      | its pickle has a Tuple as the key of a dictionary; only texts and whole numbers can be read",
        "]NNs      | its pickle has a ArrayList where a dictionary is required, before byte 6",
        "}Na       | its pickle has a LinkedHashMap where a list is required, before byte 5",
        "}(Ne      | its pickle has a LinkedHashMap where a list is required, before byte 6",
        "N)R       | its pickle has a Object where something known to call is required, before byte 5",
        "}}R       | its pickle has a LinkedHashMap where arguments is required, before byte 5",
        "hA        | its pickle asks for what it never remembered, number 65",
        "jzzzz     | its pickle asks for what it never remembered, number 2054847098",
        "qA        | its pickle takes something that was not there, before byte 4",
        "]Q        | its pickle has a ArrayList where the reference to a storage is required, before byte 4",
        ")Q        | its pickle refers to a storage in a form that is not known",
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
    @ValueSource(ints = {0, 1, 6, 99, 255})
    void otherProtocolsAreRefused(int protocol) throws IOException {
        assertThat(refusal(0x80, protocol, "}.")).isEqualTo("its pickle is of protocol " + protocol + "; 2 to 5 can be read");
    }

    @Test
    void textsAndMemoriesThatClaimTooMuchAreRefused() throws IOException {
        byte[] negative = ByteBuffer.allocate(8).putLong(-1).array();
        assertThat(refusal(0x80, 4, 0x8d, negative)).isEqualTo("its pickle ends in the middle: 18446744073709551615 bytes are to follow byte 11 of 11");
        assertThat(refusal(0x80, 4, "X", new byte[] {-1, -1, -1, 127})).isEqualTo("its pickle ends in the middle: 2147483647 bytes are to follow byte 7 of 7");
        assertThat(refusal(0x80, 4, 0x95, negative, "}.")).isEqualTo("there are no tensors in it");
        assertThat(refusal(0x80, 2, "}r", new byte[] {-1, -1, -1, -1}, "0j", new byte[] {-1, -1, -1, -1}, ".")).isEqualTo("there are no tensors in it");
        assertThat(refusal(0x80, 2, "]".repeat(1_000_001))).isEqualTo("its pickle has more than 1000000 steps");
        assertThat(refusal(0x80, 2, "c", "x".repeat(2000))).isEqualTo("its pickle has a name of more than 1000 letters");
    }

    @Test
    void whatContainsItselfIsRefused() throws IOException {
        String refusal = "dictionaries and lists in it are nested more than 64 deep, give names of more than 500 letters, or hold more items than the file has bytes";
        assertThat(refusal(0x80, 2, "}q\0", text("a"), "h\0s.")).endsWith(refusal);
        assertThat(refusal(0x80, 2, "]q\0h\0ah\0a.")).endsWith(refusal);
        assertThat(refusal(0x80, 2, "]q\0(h\0h\0h\0h\0ta.")).endsWith(refusal);
        assertThat(refusal(0x80, 2, "]".repeat(100_000), "a".repeat(99_999), ".")).endsWith(refusal);
    }

    @Test
    void aBillionLaughsAreRefused() throws IOException {
        StringBuilder pickle = new StringBuilder("]q\0");
        for (int i = 0; i < 40; i++) { // a list of twenty of the list before
            pickle.append("](").append(("h" + (char) i).repeat(20)).append("eq").append((char) (i + 1));
        }
        assertThat(refusal(0x80, 2, pickle + ".")).endsWith("or hold more items than the file has bytes");
    }

    @Test
    void manyItemsOfLongNamesAreRefused() throws IOException {
        byte[] truths = new byte[500_000];
        Arrays.fill(truths, (byte) 0x88);
        assertThat(refusal(0x80, 2, "}", text("x".repeat(480)), "](", truths, "es.")).isEqualTo("the names and numbers in it have more letters than can be kept for a file of its size");
        assertThat(refusal(0x80, 2, "}", text("x"), bytes("](", bytes(0x8a, 255, new byte[254], 1), "q\0", "h\0".repeat(100_000), "e"), "s."))
                .isEqualTo("the names and numbers in it have more letters than can be kept for a file of its size");
    }

    @Test
    void tensorsOfManyDimensionsAreRefusedEachTime() throws IOException {
        byte[] ones = bytes("(", ("K\1").repeat(10_000), "t");
        assertThat(refusal(0x80, 2, REBUILD, "q\0", "(", storage(6), "K\0", ones, "q\2", "h\2", 0x89, "}tq\1", "R", "h\0h\1R".repeat(5000), "."))
                .isEqualTo("its pickle gives torch._utils._rebuild_tensor_v2 what it does not take");
    }

    @Test
    void referencesToStoragesOfManyPartsAreRefusedEachTime() throws IOException {
        byte[] reference = bytes("(", text("storage"), FLOATS, text("0"), text("cpu"), number(6), "N".repeat(300_000), "t");
        assertThat(refusal(0x80, 2, reference, "q\0", "Q", "h\0Q0".repeat(150_000), ".")).isEqualTo("its pickle refers to a storage in a form that is not known");
    }

    @ParameterizedTest
    @CsvSource({"-1, 2, 1", "0, -2, 1", "0, 2, -1", "-9223372036854775808, 2, 1"})
    void negativePlacesSizesAndStridesAreRefused(long offset, long size, long stride) throws IOException {
        assertThat(refusal(dictionary(tensor(6, offset, tuple(size), tuple(stride))))).isEqualTo("its pickle gives torch._utils._rebuild_tensor_v2 what it does not take");
    }

    @ParameterizedTest
    @CsvSource({"0, 7, 1", "1, 6, 1", "6, 1, 1", "0, 4, 2", "0, 2, 6", "7, 1, 1", "9223372036854775807, 1, 1", "1, 2, 9223372036854775807", "0, 536870912, 0", "0, 7, 0", "0, 536870912, 1"})
    void tensorsBeyondTheirStorageAreRefused(long offset, long size, long stride) throws IOException {
        assertThat(refusal(dictionary(tensor(6, offset, tuple(size), tuple(stride))))).isEqualTo("tensor \"a\" F32 [" + size + "] with strides [" + stride + "] from element " + offset
                + " on goes beyond its storage of 6 elements, or uses some of them twice");
    }

    @Test
    void storagesAndShapesThatOverflowAreRefused() throws IOException {
        String shape = "[4294967296, 4294967296]";
        assertThat(refusal(dictionary(tensor(6, 0, tuple(1L << 32, 1L << 32), tuple(0, 0))))).isEqualTo("tensor \"a\" has the shape " + shape + ", which is more than any file can hold");
        assertThat(refusal(dictionary(tensor(6, 0, tuple(2), tuple(1, 1))))).isEqualTo("its pickle gives torch._utils._rebuild_tensor_v2 what it does not take");
        assertThat(refusal(dictionary(tensor(1L << 29, 0, tuple(2), tuple(1))))).isEqualTo("its storage 0 is said to have 536870912 elements of F32; there are 24 bytes");
        assertThat(refusal(dictionary(tensor(-1, 0, tuple(2), tuple(1))))).isEqualTo("its pickle refers to a storage in a form that is not known");
        assertThat(refusal(0x80, 2, storage(6), "0", storage(5), ".")).isEqualTo("its pickle describes storage 0 in two ways");
        assertThat(refusal(0x80, 2, "}(K\1N", text("1"), "Nu.")).isEqualTo("its pickle gives a dictionary the key 1 twice");
        byte[] one = tensor(6, 0, tuple(2), tuple(1));
        assertThat(refusal(0x80, 2, "}(", text("a.b"), one, text("a"), "}", text("b"), one, "su.")).isEqualTo("two tensors in it are named \"a.b\"");
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
