package dev.sluice.core.io;

import static dev.sluice.core.io.HostileFilesTest.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of safetensors that lie. */
@Timeout(200) // seconds, where nothing but what never ends takes as many
class HostileSafetensorsTest {
    @TempDir
    private Path folder;

    /** A header, and so many bytes of data. */
    static byte[] file(String header, int data) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text).array();
    }

    private String refusal(String header, int data) throws IOException {
        return outcome(folder, file(header, data));
    }

    private static String tensor(String type, String shape, String offsets) {
        return "{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 0, 1, 80, 100_000_001, 1L << 31, 1L << 32, 1L << 40})
    void aLengthThatIsNotTheHeadersIsRefused(long length) throws IOException {
        byte[] bytes = file("{\"a\":" + tensor("F32", "[6]", "[0,24]") + "}", 24);
        assertThat(bytes).hasSize(8 + 55 + 24);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        assertThat(outcome(folder, bytes)).isEqualTo("its header is said to have " + Long.toUnsignedString(length) + " bytes, of a file of 87; at most 100000000 that are there can be read");
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 30, 53, 54})
    void aLengthThatCutsTheHeaderIsRefused(long length) throws IOException {
        byte[] bytes = file("{\"a\":" + tensor("F32", "[6]", "[0,24]") + "}", 24);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
        assertThat(outcome(folder, bytes)).startsWith("its header is no JSON of a safetensors file: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{]                                      | its header is no JSON of a safetensors file: Unexpected close marker ']'",
        "{\"a\"                                  | its header is no JSON of a safetensors file: Unexpected end-of-input",
        "{\"a\":NaN}                             | its header is no JSON of a safetensors file: Non-standard token 'NaN'",
        "{\"a\":[]}                              | tensor \"a\" is START_ARRAY in its header; START_OBJECT is required",
        "{\"a\":null}                            | tensor \"a\" is VALUE_NULL in its header; START_OBJECT is required",
        "{}{}                                    | something follows its header's JSON",
        "{\"a\":{}}                              | tensor \"a\" lacks its dtype, its shape or its two data_offsets",
        "{\"a\":{\"x\":1}}                       | tensor \"a\" has the field \"x\"; dtype, shape and data_offsets are all there is",
        "{\"a\":{\"dtype\":1}}                   | the dtype of \"a\" is VALUE_NUMBER_INT in its header; VALUE_STRING is required",
        "{\"a\":{\"shape\":3}}                   | the shape of \"a\" is VALUE_NUMBER_INT in its header; START_ARRAY is required",
        "{\"a\":{\"shape\":[[1]]}}               | the shape of \"a\" contains [; whole numbers",
        "{\"a\":{\"shape\":[[[[[[1]]]]]]}}       | the shape of \"a\" contains [; whole numbers",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}} | its header is no JSON of a safetensors file: Duplicate field 'dtype'",
        "{\"__metadata__\":[]}                   | __metadata__ is START_ARRAY in its header; START_OBJECT is required",
        "{\"__metadata__\":{\"k\":1}}            | metadata \"k\" is VALUE_NUMBER_INT in its header; VALUE_STRING is required",
        "{\"__metadata__\":{\"k\":{\"k\":{}}}}   | metadata \"k\" is START_OBJECT in its header; VALUE_STRING is required",
        "{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}} | its header is no JSON of a safetensors file: Duplicate field 'k'",
        "{\"__metadata__\":{},\"__metadata__\":{}} | its header is no JSON of a safetensors file: Duplicate field '__metadata__'",
    })
    void whatIsNotTheJsonOfAHeaderIsRefused(String header, String refusal) throws IOException {
        assertThat(refusal(header, 0)).startsWith(refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":", "{\"a\":{\"shape\":[", "{\"__metadata__\":{\"k\":["})
    void deepNestingIsRefused(String start) throws IOException {
        assertThat(refusal(start + "[".repeat(100_000), 0)).hasSizeLessThan(200);
        assertThat(refusal(start + "{\"b\":".repeat(100_000), 0)).hasSizeLessThan(200);
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        byte[] bytes = file("{\"?\":" + tensor("U8", "[0]", "[0,0]") + "}", 0);
        bytes[10] = (byte) 0xff;
        assertThat(outcome(folder, bytes)).isEqualTo("its header is not in UTF-8");
        byte[] wide = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);
        assertThat(outcome(folder, ByteBuffer.allocate(8 + wide.length).order(ByteOrder.LITTLE_ENDIAN).putLong(wide.length).put(wide).array())).contains("header");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "F32 | [-1]                          | [0,4]    | the shape of \"a\" contains -1; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [1.5]                         | [0,4]    | the shape of \"a\" contains 1.5; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [1e9]                         | [0,4]    | the shape of \"a\" contains 1e9; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [true]                        | [0,4]    | the shape of \"a\" contains true; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [9223372036854775808]         | [0,4]    | the shape of \"a\" contains 9223372036854775808; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [4294967296,4294967296]       | [0,4]    | tensor \"a\" has the shape [4294967296, 4294967296], which is more than any file can hold",
        "F32 | [2305843009213693952]         | [0,0]    | tensor \"a\" has the shape [2305843009213693952], which is more than any file can hold",
        "F32 | [4611686018427387905]         | [0,4]    | tensor \"a\" has the shape [4611686018427387905], which is more than any file can hold",
        "F32 | [536870912]                   | [0,4]    | tensor \"a\" F32 [536870912] has 2147483648 bytes, its data_offsets say 4",
        "F32 | [536870912]                   | [0,2147483648] | tensor \"a\" has data_offsets 0 to 2147483648 in 1024 bytes of data",
        "F32 | [3]                           | [0,1024] | tensor \"a\" F32 [3] has 12 bytes, its data_offsets say 1024",
        "F16 | [256]                         | [0,1024] | tensor \"a\" F16 [256] has 512 bytes, its data_offsets say 1024",
        "F32 | [256]                         | [1024,0] | tensor \"a\" has data_offsets 1024 to 0 in 1024 bytes of data",
        "F32 | [256]                         | [4,1028] | tensor \"a\" has data_offsets 4 to 1028 in 1024 bytes of data",
        "F32 | [0]                           | [9223372036854775807,9223372036854775807] | tensor \"a\" has data_offsets 9223372036854775807 to 9223372036854775807 in 1024 bytes of data",
        "F32 | [256]                         | [-1,1023] | the data_offsets of \"a\" contains -1; whole numbers from 0 to 9223372036854775807 are required",
        "F32 | [256]                         | [0]      | tensor \"a\" lacks its dtype, its shape or its two data_offsets",
        "F32 | [256]                         | [0,0,0]  | tensor \"a\" lacks its dtype, its shape or its two data_offsets",
        "F32 | [255]                         | [4,1024] | the data of \"a\" begin at byte 4, where those before end at 0; there must be neither holes nor overlaps",
        "F32 | [255]                         | [0,1020] | its tensors have 1020 bytes of data, the file 1024",
        "F32 | [0,9223372036854775807]       | [0,0]    | its tensors have 0 bytes of data, the file 1024",
    })
    void aTensorThatIsNotWhatItsPlaceHoldsIsRefused(String type, String shape, String offsets, String refusal) throws IOException {
        assertThat(refusal("{\"a\":" + tensor(type, shape, offsets) + "}", 1024)).isEqualTo(refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F8_E4M3", "F4", "C64", "F8_NEW", "f32", "", "F32 ", "__proto__"})
    void tensorsOfOtherTypesAreThereAndSayWhyTheyCannotBeRead(String type) throws IOException {
        int bytes = type.equals("C64") ? 8 : type.equals("F4") ? 1 : 2;
        String header = "{\"a\":" + tensor(type, "[" + (type.equals("C64") ? 1 : 2) + "]", "[0," + bytes + "]") + ",\"b\":" + tensor("U16", "[2]", "[" + bytes + "," + (bytes + 4) + "]") + "}";
        try (TensorFile file = TensorFile.open("file", file(header, bytes + 4))) {
            StoredTensor a = file.stored().get("a");
            assertThat(a.type()).isEqualTo(DType.OTHER);
            assertThat(a.typeName()).isEqualTo(type);
            assertThat(a.byteSize()).isEqualTo(bytes);
            assertThatThrownBy(a::toTensor).isInstanceOf(IllegalArgumentException.class).hasMessage("a: " + type + " " + Arrays.toString(a.sizes())
                    + " cannot be read: its type is none of [F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL]");
            assertThat(file.stored().get("b").toInts()).containsExactly(0, 0);
            assertThat(file.tensors("")).isEmpty();
            assertThat(file.shapes("")).containsOnlyKeys("a", "b");
        }
    }

    @Test
    void sizesOfTypesThatAreNotReadAreCheckedWhereTheyAreKnown() throws IOException {
        assertThat(refusal("{\"a\":" + tensor("F8_E5M2", "[3]", "[0,4]") + "}", 4)).isEqualTo("tensor \"a\" F8_E5M2 [3] has 3 bytes, its data_offsets say 4");
        assertThat(refusal("{\"a\":" + tensor("F4", "[9]", "[0,4]") + "}", 4)).isEqualTo("tensor \"a\" F4 [9] has 5 bytes, its data_offsets say 4");
        assertThat(refusal("{\"a\":" + tensor("NEW", "[9]", "[0,5]") + "}", 4)).isEqualTo("tensor \"a\" has data_offsets 0 to 5 in 4 bytes of data");
        assertThat(refusal("{\"a\":" + tensor("NEW", "[9]", "[0,3]") + "}", 4)).isEqualTo("its tensors have 3 bytes of data, the file 4");
        assertThat(refusal("{\"a\":" + tensor("NEW", "[9223372036854775807,9223372036854775807]", "[0,4]") + "}", 4)).isEqualTo("it is read");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[0,8]  | [4,12] | 12 | the data of \"b\" begin at byte 4, where those before end at 8",
        "[0,8]  | [0,8]  | 8  | the data of \"b\" begin at byte 0, where those before end at 8",
        "[0,8]  | [12,20] | 20 | the data of \"b\" begin at byte 12, where those before end at 8",
        "[8,16] | [0,8]  | 17 | its tensors have 16 bytes of data, the file 17",
    })
    void overlapsHolesAndWhatFollowsAreRefused(String a, String b, int data, String refusal) throws IOException {
        assertThat(refusal("{\"a\":" + tensor("F32", "[2]", a) + ",\"b\":" + tensor("F32", "[2]", b) + "}", data)).startsWith(refusal);
        assertThat(refusal("{\"a\":" + tensor("F32", "[2]", "[0,8]") + ",\"a\":" + tensor("F32", "[2]", "[8,16]") + "}", 16))
                .isEqualTo("its header is no JSON of a safetensors file: Duplicate field 'a'");
    }

    @Test
    void manyTensorsAreNoAttack() throws IOException {
        String header = IntStream.range(0, 50_000).mapToObj(i -> String.format(Locale.ROOT, "\"layers.%d.weight_%d\":", i / 7, i % 7) + tensor("U8", "[1]", "[" + i + "," + (i + 1) + "]"))
                .collect(Collectors.joining(",", "{", "}"));
        try (TensorFile file = TensorFile.open(Files.write(folder.resolve("file"), file(header, 50_000)))) {
            assertThat(file.stored()).hasSize(50_000);
            assertThat(file.stored("layers.100")).hasSize(7);
        }
    }
}
