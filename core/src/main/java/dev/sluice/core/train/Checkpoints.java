package dev.sluice.core.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The latest checkpoints of a training, in a folder of their own: {@code 000000120.safetensors} was saved as number 120. Each is written beside its place and moved there; only
 * then older ones are deleted. So whenever a process is killed, the last complete one is there.
 */
public final class Checkpoints {
    private static final int LARGEST = 999_999_999;
    private static final String NAME = "\\d{9}\\.safetensors";

    private final Path folder;
    private final int keep;

    /**
     * @param folder is made if it is not there
     * @param keep how many are kept
     */
    public Checkpoints(Path folder, int keep) throws IOException {
        if (keep < 1) {
            throw new IllegalArgumentException("Checkpoints: " + keep + " are to be kept; at least 1 is required");
        }
        this.folder = Files.createDirectories(folder);
        this.keep = keep;
    }

    /**
     * Saves a checkpoint.
     *
     * @param number not less than that of the last one, such as the number of batches so far
     * @throws IOException when it cannot be written; those from before are still there
     */
    public void save(Checkpoint checkpoint, int number, Map<String, String> progress) throws IOException {
        Path file = folder.resolve("%09d.safetensors".formatted(number));
        List<Path> others = all().stream().filter(other -> !other.equals(file)).toList();
        Path last = others.isEmpty() ? file : others.getLast();
        if (number < 0 || number > LARGEST || last.compareTo(file) > 0) {
            throw new IllegalArgumentException("Checkpoints: number " + number + " after " + last + "; numbers from 0 to " + LARGEST + " that do not fall are required");
        }
        checkpoint.save(file, progress);
        for (Path older : others.subList(0, Math.max(0, others.size() + 1 - keep))) {
            Files.deleteIfExists(older);
        }
        deleteLeftovers();
    }

    /** The last one that was saved, if any was. */
    public Optional<Path> latest() throws IOException {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** All of them, oldest first. */
    public List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(NAME) && Files.isRegularFile(file)).sorted().toList();
        }
    }

    /** What processes left behind that were killed while they wrote. */
    private void deleteLeftovers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.getFileName().toString().matches(NAME + "\\.\\d+\\.\\d+\\.part")).toList()) {
                String[] parts = file.getFileName().toString().split("\\.");
                if (ProcessHandle.of(Long.parseLong(parts[2])).isEmpty()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
