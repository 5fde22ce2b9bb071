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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose zip archive is an attack, or nonsense. */
@Timeout(200) // seconds, where nothing but what never ends takes as many
class HostileArchivesTest {
    /** {@code {"a": _rebuild_tensor_v2(('storage', FloatStorage, '0', 'cpu', 6), 0, (6,), (1,))}} */
    private static final byte[] PICKLE = pickle("0", 6);

    @TempDir
    private Path folder;

    private static byte[] pickle(String key, int elements) {
        return HostilePicklesTest.bytes(0x80, 2, "}", text("a"), "ctorch._utils\n_rebuild_tensor_v2\n((", text("storage"), "ctorch\nFloatStorage\n", text(key), text("cpu"),
                "M", elements & 0xff, elements >> 8, "tQK\0K\6", 0x85, "K\1", 0x85, "tRs.");
    }

    private static byte[] text(String text) {
        return HostilePicklesTest.bytes(0x8c, text.length(), text);
    }

    /** An archive of these files, not compressed. */
    static byte[] archive(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                CRC32 sum = new CRC32();
                sum.update(file.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(file.getValue().length);
                entry.setCrc(sum.getValue());
                entry.setExtra(new byte[] {0x77, 0x77, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0});
                zip.putNextEntry(entry);
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /** Where the directory at its end has a file. */
    private static int directory(byte[] archive, String name) {
        byte[] letters = name.getBytes(StandardCharsets.UTF_8);
        for (int at = archive.length - 46 - letters.length; at >= 0; at--) {
            if (ByteBuffer.wrap(archive).getInt(at) == 0x504b0102 && ByteBuffer.wrap(archive, at + 46, letters.length).equals(ByteBuffer.wrap(letters))) {
                return at;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private String refusal(Map<String, byte[]> files) throws IOException {
        return outcome(folder, archive(files));
    }

    @Test
    void whatIsCompressedIsRefusedBeforeItIsRead() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a/data.pkl"));
            zip.write(new byte[100_000_000]);
        }
        assertThat(bytes.size()).isLessThan(200_000);
        assertThat(outcome(folder, bytes.toByteArray())).isEqualTo("a/data.pkl is compressed or encrypted, or said to have 100000000 bytes of a file of " + bytes.size()
                + "; PyTorch compresses nothing, and neither is read; pack it again without compression (zip -0)");
    }

    @Test
    void sizesThatLieAreRefused() throws IOException {
        byte[] intact = archive(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24]));
        for (long size : new long[] {0, 23, 25, 1000, Integer.MAX_VALUE, 1L << 31, 0xfffffffeL}) {
            for (int field : new int[] {20, 24, 44}) { // compressed, whole, both
                byte[] archive = intact.clone();
                int at = directory(archive, "a/data/0");
                if (field != 24) {
                    little(archive).putInt(at + 20, (int) size);
                }
                if (field != 20) {
                    little(archive).putInt(at + 24, (int) size);
                }
                assertThat(outcome(folder, archive)).as("%d in %d", size, field).isNotEqualTo("it is read").hasSizeLessThan(300);
            }
        }
        for (long size : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            byte[] archive = intact.clone();
            int at = directory(archive, "a/data/0");
            little(archive).putInt(at + 24, -1).putShort(at + 46 + 8, (short) 1).putLong(at + 46 + 8 + 4, size);
            assertThat(outcome(folder, archive)).as("%d in zip64", size).isNotEqualTo("it is read").hasSizeLessThan(300);
        }
    }

    @Test
    void placesThatLieAreRefused() throws IOException {
        byte[] intact = archive(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24]));
        for (int place : new int[] {1, intact.length - 1, intact.length, intact.length - 30, 1 << 30, -2}) {
            byte[] archive = intact.clone();
            little(archive).putInt(directory(archive, "a/data/0") + 42, place);
            assertThat(outcome(folder, archive)).as("%d", place).startsWith("it").isNotEqualTo("it is read").hasSizeLessThan(300);
        }
    }

    /** As torch.save writes them beyond four gigabytes: sizes and places of eight bytes. */
    @Test
    void theLargerFormOfDirectoriesIsRead() throws IOException {
        byte[] intact = archive(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24])), larger = Arrays.copyOf(intact, intact.length + 76);
        int at = directory(intact, "a/data/0"), end = intact.length - 22;
        long first = little(intact).getInt(end + 16) & 0xffffffffL, size = little(intact).getInt(end + 12) & 0xffffffffL;
        little(larger).putShort(at + 46 + 8, (short) 1).putLong(at + 46 + 8 + 4, little(intact).getInt(at + 42)).putInt(at + 42, -1);
        little(larger).putInt(end, 0x06064b50).putLong(end + 4, 44).putLong(end + 24, 2).putLong(end + 32, 2).putLong(end + 40, size).putLong(end + 48, first);
        little(larger).putInt(end + 56, 0x07064b50).putLong(end + 64, end).putInt(end + 72, 1);
        System.arraycopy(intact, end, larger, end + 76, 22);
        little(larger).putInt(end + 76 + 8, -1).putInt(end + 76 + 12, -1).putInt(end + 76 + 16, -1);
        assertThat(outcome(folder, larger)).isEqualTo("it is read");
        for (long lie : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, larger.length, end - 10}) {
            for (int field : new int[] {end + 32, end + 40, end + 48, end + 64, at + 46 + 8 + 4}) {
                byte[] archive = larger.clone();
                little(archive).putLong(field, lie);
                assertThat(outcome(folder, archive)).as("%d at %d", lie, field).startsWith("it is no intact zip archive: ").hasSizeLessThan(200);
            }
        }
    }

    @Test
    void filesThatOverlapTakeNoMoreThanTheArchive() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] whole = HostilePicklesTest.bytes(0x80, 2, "](");
        files.put("a/data/00", new byte[10_000]);
        for (int i = 1; i < 40; i++) {
            files.put("a/data/" + i / 10 + i % 10, new byte[0]);
        }
        for (String name : files.keySet()) {
            byte[] pickle = pickle(name.substring(7), 2500);
            whole = HostilePicklesTest.bytes(whole, Arrays.copyOfRange(pickle, 2, pickle.length - 1));
        }
        files.put("a/data.pkl", HostilePicklesTest.bytes(whole, "e."));
        byte[] archive = archive(files);
        ByteBuffer bytes = little(archive);
        int first = directory(archive, "a/data/00");
        for (String name : files.keySet()) {
            if (!name.endsWith("pkl")) {
                bytes.put(directory(archive, name) + 16, archive, first + 16, 12).put(directory(archive, name) + 42, archive, first + 42, 4);
            }
        }
        assertThat(outcome(folder, archive)).isEqualTo("the files in its zip archive are larger than it, together; they overlap");
    }

    @Test
    void filesOfOneNameAreRefused() throws IOException {
        byte[] archive = archive(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24], "a/data/1", new byte[24]));
        archive[directory(archive, "a/data/1") + 46 + 7] = '0';
        assertThat(outcome(folder, archive)).isEqualTo("its zip archive has a/data/0 twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x", "/etc/passwd", "C:\\x", "a/../../x", "a//data.pkl", "a/b/data.pkl", "data.pkl", "a/data/../data.pkl"})
    void namesThatLeadElsewhereAreOnlyNames(String name) throws IOException {
        assertThat(refusal(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24], name, new byte[3]))).isEqualTo("it is read");
        assertThat(refusal(Map.of(name, PICKLE))).isEqualTo("it is a zip archive, but no checkpoint: there is no data.pkl in its only folder");
        assertThat(refusal(Map.of("a/data.pkl", pickle(name, 6), "a/data/0", new byte[24]))).isEqualTo("its zip archive lacks a/data/" + name);
    }

    @Test
    void whatIsMissingOrOfAnotherSizeIsRefused() throws IOException {
        assertThat(refusal(Map.of("a/data.pkl", PICKLE))).isEqualTo("its zip archive lacks a/data/0");
        for (int size : new int[] {0, 20, 23, 25, 28, 1000}) {
            assertThat(refusal(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[size]))).isEqualTo("its storage 0 is said to have 6 elements of F32; there are " + size + " bytes");
        }
        assertThat(refusal(Map.of("a/data.pkl", new byte[0]))).isEqualTo("its pickle ends in the middle: 1 bytes are to follow byte 0 of 0");
        assertThat(refusal(Map.of("a/data.pkl", PICKLE, "b/data.pkl", PICKLE))).startsWith("its zip archive has two checkpoints, ");
        assertThat(refusal(Map.of("a/constants.pkl", PICKLE))).startsWith("it is a zip archive, but no checkpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "", "little\n", "LITTLE"})
    void otherOrdersOfBytesAreRefused(String order) throws IOException {
        assertThat(refusal(Map.of("a/data.pkl", PICKLE, "a/data/0", new byte[24], "a/byteorder", order.getBytes(StandardCharsets.UTF_8)))).isEqualTo("its numbers are not little-endian");
    }
}
