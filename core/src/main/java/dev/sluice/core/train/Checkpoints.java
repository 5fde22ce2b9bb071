package dev.sluice.core.train;

import dev.sluice.core.io.TensorFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The latest checkpoints of a training, in a folder of their own: {@code 000000120.safetensors} was saved as number 120. Each is written beside its place and moved there; only
 * then older ones are deleted. So whenever a process is killed, the last complete one is there.
 *
 * <p>A training may go back: once an older one was restored, the next that is saved sets those of higher numbers aside, as {@code 000000300.safetensors.aside}, and is the latest.
 * What was set aside is never deleted.
 */
public final class Checkpoints {
    private static final int LARGEST = 999_999_999;
    private static final String BACK = "back.safetensors";
    private static final Pattern NAME = Pattern.compile("\\p{Nd}{9}\\.safetensors"); // once they were written in the digits of the user's language

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
     * Saves a checkpoint, the latest from now on.
     *
     * @param number such as the number of batches so far; what there is of higher ones belongs to a way that the training did not go, and is set aside
     * @throws IOException when it cannot be written; those from before are still there
     */
    public void save(Checkpoint checkpoint, int number, Map<String, String> progress) throws IOException {
        if (number < 0 || number > LARGEST) {
            throw new IllegalArgumentException("Checkpoints: number " + number + "; one from 0 to " + LARGEST + " is required");
        }
        Path file = folder.resolve(String.format(Locale.ROOT, "%09d.safetensors", number));
        List<Path> newer = all().stream().filter(other -> number(other) > number).toList();
        if (newer.isEmpty()) {
            checkpoint.save(file, progress);
        } else {
            Path back = folder.resolve(BACK); // none of the checkpoints until the newer ones are gone: whenever this ends, the latest is one that the training has passed
            checkpoint.save(back, progress);
            for (Path aside : newer.reversed()) {
                setAside(aside);
            }
            Files.move(back, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        List<Path> others = all().stream().filter(other -> !other.equals(file)).toList();
        for (Path older : others.subList(0, Math.max(0, others.size() + 1 - keep))) {
            Files.deleteIfExists(older);
        }
        TensorFile.deleteLeftovers(folder, name -> isName(name) || name.equals(BACK));
    }

    private void setAside(Path newer) throws IOException {
        Path aside = newer.resolveSibling(newer.getFileName() + ".aside");
        for (int others = 1; Files.exists(aside); others++) {
            aside = newer.resolveSibling(newer.getFileName() + "." + others + ".aside");
        }
        Files.move(newer, aside);
        System.getLogger(Checkpoints.class.getName()).log(Level.INFO, "sluice: the training went back; its checkpoint " + newer + " is now " + aside.getFileName());
    }

    /** The last one that was saved, if any was. */
    public Optional<Path> latest() throws IOException {
        List<Path> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    /** All of them, oldest first. */
    public List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> isName(file.getFileName().toString()) && Files.isRegularFile(file))
                    .sorted(Comparator.comparingInt(Checkpoints::number).thenComparing(Comparator.reverseOrder())).toList(); // of one number, that in our digits is the last
        }
    }

    private static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    private static int number(Path file) {
        return file.getFileName().toString().codePoints().takeWhile(Character::isDigit).reduce(0, (number, digit) -> 10 * number + Character.digit(digit, 10));
    }
}
