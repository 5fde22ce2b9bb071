package dev.sluice.backend.panama.ffm;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What differs between operating systems: the files of BLAS libraries, in the order in which they are tried, and where copies may be kept. */
enum Platform {
    LINUX("linux", "XDG_CACHE_HOME", ".cache", List.of("openblas/libopenblas.so.0", "mkl/libmkl_rt.so.3", "mkl/libmkl_rt.so.2"),
            List.of("openblas", "libopenblas.so.0", "libopenblas.so", "libopenblas64.so.0", "libopenblas64_.so.0"),
            List.of("mkl", "libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so", "/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.so"),
            List.of("blis", "libblis.so.4", "libblis.so", "libblis64.so.4"),
            List.of("blas", "libblas.so.3", "libblas.so", "libblas64.so.3")),
    MACOS("macosx", null, "Library/Caches", List.of("openblas/libopenblas.0.dylib", "mkl/libmkl_rt.3.dylib", "mkl/libmkl_rt.2.dylib"),
            List.of("openblas", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "/usr/local/opt/openblas/lib/libopenblas.dylib", "libopenblas.dylib"),
            List.of("mkl", "/opt/intel/oneapi/mkl/latest/lib/libmkl_rt.dylib", "libmkl_rt.dylib"),
            List.of("blis", "/opt/homebrew/opt/blis/lib/libblis.dylib", "libblis.dylib"),
            List.of("accelerate", "/System/Library/Frameworks/Accelerate.framework/Accelerate"),
            List.of("blas", "libblas.dylib")),
    WINDOWS("windows", "LOCALAPPDATA", "AppData/Local", List.of("openblas/libopenblas.dll", "mkl/mkl_rt.3.dll", "mkl/mkl_rt.2.dll"),
            List.of("openblas", "libopenblas.dll", "openblas.dll"),
            List.of("mkl", "mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.1.dll"),
            List.of("blis", "libblis.dll"),
            List.of("blas", "libblas.dll"));

    static final Platform CURRENT = of(System.getProperty("os.name").toLowerCase(Locale.ROOT));

    /** The files of each library, by the name that users call it. */
    final Map<String, List<String>> libraries;

    /** The artifacts of org.bytedeco that carry a library, and its file, in the order in which they are tried. */
    final List<String> carried;

    private final String title;
    private final String cacheVariable;
    private final String cacheFolder;

    @SafeVarargs
    Platform(String title, String cacheVariable, String cacheFolder, List<String> carried, List<String>... libraries) {
        this.title = title;
        this.cacheVariable = cacheVariable;
        this.cacheFolder = cacheFolder;
        this.carried = carried;
        this.libraries = new LinkedHashMap<>();
        for (List<String> library : libraries) {
            this.libraries.put(library.getFirst(), library.subList(1, library.size()));
        }
    }

    private static Platform of(String name) {
        return name.contains("mac") ? MACOS : name.contains("windows") ? WINDOWS : LINUX;
    }

    /** System and processor as the jars of JavaCPP name them, such as {@code linux-x86_64}. */
    String classifier() {
        String processor = System.getProperty("os.arch");
        return title + "-" + (processor.equals("amd64") ? "x86_64" : processor.equals("aarch64") ? "arm64" : processor);
    }

    /** Where copies of libraries are kept: {@code -Dsluice.cache} or, without it, in the user's folder for such; null where there is none. */
    Path cache() {
        return cache(System.getProperty("sluice.cache", "").strip(), cacheVariable == null ? null : System.getenv(cacheVariable), System.getProperty("user.home"));
    }

    /** The same of the user's own wish, the variable of this system and the home, which is {@code ?} where the user has no name. */
    Path cache(String wish, String variable, String home) {
        if (!wish.isEmpty()) {
            return Path.of(wish);
        }
        Path caches = absolute(variable), inHome = absolute(home);
        return caches != null ? caches.resolve("sluice") : inHome != null ? inHome.resolve(cacheFolder, "sluice") : null;
    }

    /** The path, or null: what is not absolute would be another folder wherever the process starts, and is to be ignored as the XDG Base Directory Specification has it. */
    private static Path absolute(String path) {
        try {
            return path != null && Path.of(path).isAbsolute() ? Path.of(path) : null;
        } catch (InvalidPathException e) {
            return null; // of letters that this process has no encoding for
        }
    }
}
