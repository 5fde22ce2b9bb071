package dev.sluice.backend.panama.ffm;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/**
 * A library that a jar on the class path carries, as {@code org.bytedeco:openblas} does with the classifier of a platform. It is found by its path in the jar; no
 * class of the jar is loaded.
 *
 * @param file the library, on disk, the libraries that it needs beside it
 * @param jar the jar's name
 */
record CarriedLibrary(Path file, String jar) {
    /**
     * The first that there is, or null.
     *
     * @param cache the folder for copies, or null if there is none
     * @throws CBLAS.LinkException when it is neither on disk nor can be copied
     */
    static CarriedLibrary find(ClassLoader loader, Path cache) throws IOException, CBLAS.LinkException {
        for (String carried : Platform.CURRENT.carried) {
            Path known = Path.of(carried); // artifact/file
            String folder = "org/bytedeco/" + known.getParent() + "/" + Platform.CURRENT.classifier() + "/", name = known.getFileName().toString();
            URL url = loader.getResource(folder + name);
            if (url == null) {
                continue;
            }
            if (url.getProtocol().equals("file")) {
                return new CarriedLibrary(Path.of(URI.create(url.toString())), folder);
            }
            if (!(url.openConnection() instanceof JarURLConnection connection)) {
                throw new CBLAS.LinkException("it is at " + url + ", and is required in a jar or in a folder; -Dsluice.blas=PATH names its file");
            }
            if (cache == null) {
                throw new CBLAS.LinkException("its copy has no place, for user.home is \"" + System.getProperty("user.home") + "\", and an absolute path is required; -Dsluice.cache=FOLDER names a place");
            }
            return copied(connection, folder, name, cache);
        }
        return null;
    }

    private static CarriedLibrary copied(JarURLConnection connection, String folder, String name, Path cache) throws IOException {
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            List<JarEntry> entries = jar.stream().filter(entry -> isNeeded(entry.getName(), folder)).toList();
            String jarName = jar.getName().substring(jar.getName().replace('\\', '/').lastIndexOf('/') + 1);
            Path copies = cache.resolve(jarName.replaceAll("\\.jar$", "") + "-" + fingerprint(entries));
            Files.createDirectories(copies);
            for (JarEntry entry : entries) {
                copy(jar, entry, copies.resolve(entry.getName().substring(folder.length())));
            }
            return new CarriedLibrary(copies.resolve(name), jarName);
        }
    }

    /** Libraries directly in the folder, without those that only a class of the jar would load. */
    private static boolean isNeeded(String entry, String folder) {
        return entry.startsWith(folder) && entry.indexOf('/', folder.length()) < 0 && entry.matches(".*\\.(so|dylib|dll)(\\..*)?") && !entry.startsWith("jni", folder.length())
                && !entry.startsWith("libjni", folder.length());
    }

    /** So that another version of the jar has a folder of its own. */
    private static String fingerprint(List<JarEntry> entries) {
        CRC32 sum = new CRC32();
        entries.forEach(entry -> sum.update((entry.getName() + entry.getSize() + entry.getCrc()).getBytes(StandardCharsets.UTF_8)));
        return Long.toHexString(sum.getValue());
    }

    /** Written beside and moved into place: another process may be doing the same. */
    private static void copy(JarFile jar, JarEntry entry, Path target) throws IOException {
        if (Files.exists(target) && Files.size(target) == entry.getSize()) {
            return;
        }
        Path part = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".part");
        try {
            try (InputStream in = jar.getInputStream(entry)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            }
            if (Files.size(part) != entry.getSize()) {
                throw new IOException(target + ": " + Files.size(part) + " bytes were written of " + entry.getSize());
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
