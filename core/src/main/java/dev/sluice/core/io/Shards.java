package dev.sluice.core.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The files beside one that is a part of a model, as Hugging Face names them: {@code model-00001-of-00002.safetensors}.
 *
 * @param paths of the others, as far as they are there
 */
record Shards(List<Path> paths) {
    private static final int MOST = 10_000;
    private static final Pattern NAME = Pattern.compile("(.*-)([0-9]{5})-of-([0-9]{5})(\\.[a-z]+)");

    /** Nothing when the file is not named so, or alone. */
    static Optional<Shards> of(Path path) {
        Matcher name = NAME.matcher(path.getFileName() == null ? "" : path.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        int number = Integer.parseInt(name.group(2)), count = Math.min(Integer.parseInt(name.group(3)), MOST);
        List<Path> others = IntStream.rangeClosed(1, count).filter(i -> i != number)
                .mapToObj(i -> path.resolveSibling(String.format(Locale.ROOT, "%s%05d-of-%s%s", name.group(1), i, name.group(3), name.group(4)))).filter(Files::exists).toList();
        return others.isEmpty() ? Optional.empty() : Optional.of(new Shards(others));
    }

    /** Their names, for messages. */
    String others() {
        return paths.size() == 1 ? paths.getFirst().getFileName().toString() : paths.getFirst().getFileName() + " to " + paths.getLast().getFileName();
    }

    /** Another one that has names under a prefix; one that cannot be read has none. */
    Optional<Path> elsewhere(String prefix) {
        return paths.stream().filter(path -> {
            try (TensorFile file = TensorFile.open(path)) {
                return file.has(prefix);
            } catch (IOException e) {
                return false;
            }
        }).findFirst();
    }
}
