package dev.sluice.api;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A jar that was made of this library's jars and the program's. If the files that list backends were not merged, but one of them taken, all backends but one are there and not found. */
final class MergedJar {
    private static final Pattern PROVIDER = Pattern.compile("(dev/sluice/backend/(\\w+(?:/\\w+)*)/\\w+Provider)\\.class");

    private MergedJar() {}

    /** Backends whose classes are beside this library's in one jar, but none of those found; each says what to do. */
    static List<BackendProvider> unlisted(List<BackendProvider> found) {
        CodeSource source = BackendProvider.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null || !source.getLocation().getPath().endsWith(".jar") || !source.getLocation().getProtocol().equals("file")) {
            return List.of();
        }
        List<String> known = found.stream().map(provider -> provider.getClass().getName()).toList();
        try (JarFile jar = new JarFile(new File(source.getLocation().toURI()))) {
            return jar.stream().map(entry -> PROVIDER.matcher(entry.getName())).filter(entry -> entry.matches() && !known.contains(entry.group(1).replace('/', '.')))
                    .map(entry -> unlisted(entry.toMatchResult(), source.getLocation().getPath())).toList();
        } catch (IOException | URISyntaxException notEvenThat) {
            return List.of();
        }
    }

    private static BackendProvider unlisted(MatchResult entry, String jar) {
        return new Discovery.Unusable(entry.group(2).replace('/', '-'), Integer.MAX_VALUE, entry.group(1).replace('/', '.') + " is in " + jar.substring(jar.lastIndexOf('/') + 1)
                + ", whose META-INF/services/" + BackendProvider.class.getName() + " does not list it; have the files of that name merged when the jar is made (Maven's shade plugin: "
                + "ServicesResourceTransformer; Gradle's shadow: mergeServiceFiles())", null);
    }
}
