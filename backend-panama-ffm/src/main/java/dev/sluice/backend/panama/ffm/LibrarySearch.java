package dev.sluice.backend.panama.ffm;

import dev.sluice.api.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a BLAS library is looked for: what {@code -Dsluice.blas} says and nothing else; or the system's OpenBLAS, MKL, BLIS, Accelerate and {@code libblas}, and then
 * one that a jar carries. A library that is not made for this processor is slower than plain Java, and is taken only if it was asked for.
 */
final class LibrarySearch {
    /** The value of the property that stands for a jar on the class path. */
    private static final String JAR = "jar";

    private static final String NOT_THERE = "not there";

    private static final String A_JAR = "a jar with one";

    private final Map<String, List<String>> known;
    private final Simd processor;
    private final Map<String, String> environment;
    private final List<ClassLoader> loaders;
    private final Path cache;
    private final Map<String, String> attempts = new LinkedHashMap<>(); // and how each ended

    /**
     * @param known the system's files of each library, in the order in which they are tried
     * @param environment the variables that this process was started with
     * @param loaders who may know a jar with a library, in the order in which they are asked
     * @param cache where a jar's files are copied to, or null if there is no place
     */
    LibrarySearch(Map<String, List<String>> known, Simd processor, Map<String, String> environment, List<ClassLoader> loaders, Path cache) {
        this.known = known;
        this.processor = processor;
        this.environment = environment;
        this.loaders = loaders;
        this.cache = cache;
    }

    /** The library of this process: what {@code -Dsluice.blas} says, or the best there is. */
    static Library configured() {
        return new LibrarySearch(Platform.CURRENT.libraries, Simd.ofThisProcessor(), System.getenv(), loaders(), Platform.CURRENT.cache()).find(System.getProperty("sluice.blas", "").strip());
    }

    /** This backend's own, whoever calls it, and the thread's or, without one, the system's. */
    private static List<ClassLoader> loaders() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return List.of(LibrarySearch.class.getClassLoader(), context == null ? ClassLoader.getSystemClassLoader() : context);
    }

    /**
     * The library to use.
     *
     * @param wanted the value of {@code -Dsluice.blas}, perhaps empty
     * @throws BackendUnavailableException with what was tried, how each attempt ended, and what to do
     */
    Library find(String wanted) {
        boolean any = wanted.isEmpty(), jar = wanted.equals(JAR);
        List<String> files = any ? known.values().stream().flatMap(List::stream).toList() : jar ? List.of() : known.getOrDefault(wanted, List.of(wanted));
        Library library = files.stream().map(file -> attempt(file, file, !any)).filter(Objects::nonNull).findFirst().orElse(null);
        if (library == null && (any || jar)) {
            library = carried(jar);
        }
        if (library != null) {
            return library;
        }
        throw new BackendUnavailableException(any
                ? "no BLAS library made for this processor was found (" + report() + "); install OpenBLAS (Debian and Ubuntu: libopenblas0-pthread), put org.bytedeco:openblas on the class path "
                        + "with the classifier " + Platform.CURRENT.classifier() + ", or name a library with -Dsluice.blas=PATH"
                : "-Dsluice.blas=" + wanted + " gives no BLAS library (" + report() + "); give the path of one, a name that the system knows it by, or one of "
                        + String.join(", ", known.keySet()) + ", " + JAR);
    }

    /** The library behind a path or name, or null, and the reason is remembered. */
    private Library attempt(String file, String where, boolean askedFor) {
        try {
            if (Library.isPath(file) && !Files.exists(Path.of(file))) {
                attempts.put(where, NOT_THERE);
                return null;
            }
            Library library = Library.open(file, where, processor, environment);
            if (library.isTuned() || askedFor) {
                return library;
            }
            attempts.put(where, library.remark() != null ? library.remark().text() : "it does not tell its name, so it is perhaps the reference BLAS, which is slower than plain Java; "
                    + "-Dsluice.blas=" + file + " uses it all the same");
        } catch (CBLAS.LinkException | InvalidPathException e) {
            attempts.put(where, e.getMessage().equals(file + ": cannot open shared object file: No such file or directory") ? NOT_THERE : e.getMessage());
        }
        return null;
    }

    private Library carried(boolean askedFor) {
        try {
            for (ClassLoader loader : loaders) {
                CarriedLibrary carried = CarriedLibrary.find(loader, cache);
                if (carried != null) {
                    return attempt(carried.file().toString(), carried.jar(), askedFor);
                }
            }
            attempts.put(A_JAR, NOT_THERE);
        } catch (CBLAS.LinkException e) {
            attempts.put(A_JAR, e.getMessage());
        } catch (IOException e) {
            attempts.put(A_JAR, "its copy in " + cache + " could not be made: " + e + "; -Dsluice.cache=FOLDER names another folder");
        }
        return null;
    }

    /** Every attempt and how it ended, those that found nothing together. */
    private String report() {
        String absent = attempts.entrySet().stream().filter(e -> e.getValue().equals(NOT_THERE)).map(Map.Entry::getKey).collect(Collectors.joining(", "));
        Stream<String> others = attempts.entrySet().stream().filter(e -> !e.getValue().equals(NOT_THERE)).map(e -> e.getKey() + ": " + e.getValue());
        return Stream.concat(others, absent.isEmpty() ? Stream.of() : Stream.of("not there: " + absent)).collect(Collectors.joining("; "));
    }
}
