package dev.sluice.core.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is to be written, once it is sure that all of it can be read again. */
final class Written {
    private Written() {}

    static Beside.Writing of(TensorFile.Format format, List<StoredTensor> tensors, Map<String, String> metadata) throws IOException {
        Set<String> names = new HashSet<>();
        for (StoredTensor tensor : tensors) {
            String name = tensor.name();
            if (name.length() > TensorFile.LONGEST_NAME || name.equals(Safetensors.METADATA)) {
                throw new IllegalArgumentException("write: a tensor is named \"" + TensorFile.shortened(name) + "\"; a name of at most "
                        + TensorFile.LONGEST_NAME + " letters, other than " + Safetensors.METADATA + ", is required");
            }
            requireUnicode("a tensor is named", name);
            if (!names.add(name)) {
                throw new IllegalArgumentException("write: two tensors have one name, \"" + TensorFile.shortened(name) + "\"; names must differ");
            }
            if (!format.holds(tensor)) {
                throw new IllegalArgumentException("write: the kind " + format + " cannot hold " + tensor + "; leave it out" + (TensorFile.Format.SAFETENSORS.holds(tensor) ? ", or write safetensors" : ""));
            }
        }
        metadata.forEach((key, text) -> {
            requireUnicode("metadata is named", key);
            requireUnicode("metadata \"" + TensorFile.shortened(key) + "\" is", text);
        });
        switch (format) {
            case SAFETENSORS -> {
                byte[] header = Safetensors.header(tensors, metadata);
                return out -> Safetensors.write(out, header, tensors);
            }
            case PYTORCH -> {
                if (!metadata.isEmpty()) {
                    throw new IllegalArgumentException("write: a checkpoint of PyTorch holds no metadata " + metadata.keySet() + "; write safetensors, or leave them out");
                }
                PyTorchArchive.requireReadable(tensors);
                return out -> PyTorchArchive.write(out, tensors);
            }
            default -> throw new IllegalArgumentException("write: " + format + "; it can only be read; write SAFETENSORS or PYTORCH");
        }
    }

    private static void requireUnicode(String what, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("write: " + what + " \"" + TensorFile.shortened(text) + "\", which has half of a surrogate pair; whole letters of Unicode are required");
        }
    }
}
