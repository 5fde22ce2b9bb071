package dev.sluice.core.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Files that are taken for weights, and what they are instead. */
final class OtherFiles {
    private static final int LOOKED_AT = 1 << 16;
    private static final Map<String, String> BEGINNINGS = new LinkedHashMap<>();

    static {
        BEGINNINGS.put("\u0089HDF\r\n", "it is HDF5, as Keras writes it");
        BEGINNINGS.put("\u0093NUMPY", "it is an array of NumPy");
        BEGINNINGS.put("GGUF", "it is GGUF, as llama.cpp reads it");
        BEGINNINGS.put("\u001f\u008b", "it is compressed by gzip; unpack it first");
        BEGINNINGS.put("version https://git-lfs", "it is a pointer of Git LFS, not the file; get it with git lfs pull");
        BEGINNINGS.put("<!doctype html", "it is a page in HTML, as a download that was refused leaves it");
        BEGINNINGS.put("<html", "it is a page in HTML, as a download that was refused leaves it");
    }

    private OtherFiles() {}

    /** What else a file is: nothing if that is not known. */
    static String hint(MemorySegment file) {
        if (file.byteSize() == 0) {
            return "; it is empty";
        }
        String start = new String(file.asSlice(0, Math.min(LOOKED_AT, file.byteSize())).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        if (start.stripLeading().startsWith("{") && start.contains("\"weight_map\"")) {
            return "; it is the index of a model in several files: open those that it names";
        } else if (start.length() > 262 && start.startsWith("ustar", 257)) {
            return "; it is a tar archive; unpack it first, or if PyTorch before 0.4 wrote it, load and save it there";
        }
        String lower = start.substring(0, Math.min(start.length(), 64)).stripLeading().toLowerCase(Locale.ROOT);
        return BEGINNINGS.entrySet().stream().filter(e -> start.startsWith(e.getKey()) || lower.startsWith(e.getKey())).findFirst().map(e -> "; " + e.getValue()).orElse("");
    }
}
