package dev.sluice.backend.panama.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The first bytes of a shared library of Linux, which say what machine it is for. */
final class ElfHeader {
    private static final int MAGIC = 0x7f454c46; // in this order in the file
    private static final int LITTLE_ENDIAN = 1;
    private static final int AT_BYTE_ORDER = 5;
    private static final int AT_MACHINE = 18;
    private static final int BYTES = 20;
    private static final Map<Integer, String> MACHINES = Map.of(3, "x86", 40, "arm", 62, "amd64", 183, "aarch64", 243, "riscv64");

    private ElfHeader() {}

    /** What is wrong with a file as a library for this Java on Linux; empty if nothing is, or if this is not Linux. */
    static String problem(Path file) throws IOException {
        if (Platform.CURRENT != Platform.LINUX || !Files.isRegularFile(file)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            ByteBuffer header = ByteBuffer.wrap(in.readNBytes(BYTES));
            if (header.limit() < BYTES || header.getInt(0) != MAGIC) {
                return "it is not a shared library";
            }
            int machine = header.order(header.get(AT_BYTE_ORDER) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN).getShort(AT_MACHINE);
            String name = MACHINES.getOrDefault(machine, "ELF machine " + machine), java = System.getProperty("os.arch");
            return name.equals(java) || !MACHINES.containsValue(java) ? "" : "it is for " + name + " and this Java for " + java;
        }
    }
}
