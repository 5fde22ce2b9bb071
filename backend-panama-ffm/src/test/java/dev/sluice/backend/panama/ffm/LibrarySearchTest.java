package dev.sluice.backend.panama.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.api.BackendUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which library is taken, and what is said when there is none. */
class LibrarySearchTest {
    private static final String ADVICE = "; give the path of one, a name that the system knows it by, or one of openblas, blas, jar";
    private static final String NOTHING = "; install OpenBLAS (Debian and Ubuntu: libopenblas0-pthread), put org.bytedeco:openblas on the class path with the classifier "
            + Platform.CURRENT.classifier() + ", or name a library with -Dsluice.blas=PATH";
    private static final Map<String, List<String>> KNOWN = known("openblas", "libnosuchblas.so.0", "blas", "libnosuchblas.so.3");

    @TempDir
    Path folder;

    private List<ClassLoader> loaders = List.of(getClass().getClassLoader());

    @BeforeEach
    void messagesAreThoseOfLinux() {
        assumeTrue(Platform.CURRENT == Platform.LINUX, "the system's part of the messages is that of Linux");
    }

    private static Map<String, List<String>> known(String... namesAndFiles) {
        Map<String, List<String>> known = new LinkedHashMap<>();
        for (int i = 0; i < namesAndFiles.length; i += 2) {
            known.put(namesAndFiles[i], List.of(namesAndFiles[i + 1]));
        }
        return known;
    }

    private LibrarySearch search(Map<String, List<String>> known) {
        return new LibrarySearch(known, Simd.AVX2, Map.of(), loaders, folder.resolve("cache"));
    }

    private void fails(String wanted, String message) {
        assertThatThrownBy(() -> search(KNOWN).find(wanted)).isInstanceOf(BackendUnavailableException.class).hasMessage(message);
    }

    private void failsWithAdvice(String wanted, String reason) {
        fails(wanted, "-Dsluice.blas=" + wanted + " gives no BLAS library (" + reason + ")" + ADVICE);
    }

    @Test
    void aFileThatIsMissing() {
        Path missing = folder.resolve("libopenblas.so");
        failsWithAdvice("" + missing, "not there: " + missing);
    }

    @Test
    void aNameThatTheSystemDoesNotKnow() {
        failsWithAdvice("libnosuchblas.so.7", "not there: libnosuchblas.so.7");
        failsWithAdvice("openblas", "not there: libnosuchblas.so.0");
    }

    @Test
    void aFileThatIsNoLibrary() throws IOException {
        Path text = Files.writeString(folder.resolve("readme.txt"), "A library is not made of words.");
        failsWithAdvice("" + text, text + ": it is not a shared library");
        Path empty = Files.createFile(folder.resolve("empty.so"));
        failsWithAdvice("" + empty, empty + ": it is not a shared library");
        failsWithAdvice("" + folder, folder + ": " + folder + ": cannot read file data: Is a directory");
    }

    @Test
    void aLibraryForAnotherProcessor() throws IOException {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        byte[] header = Arrays.copyOf(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}, 64);
        header[16] = 3; // a shared object
        header[18] = (byte) (arm ? 62 : 183);
        Path other = Files.write(folder.resolve("libother.so"), header);
        failsWithAdvice("" + other, other + ": it is for " + (arm ? "amd64" : "aarch64") + " and this Java for " + System.getProperty("os.arch"));
    }

    @Test
    void aLibraryWithoutTheFunctions() {
        failsWithAdvice("libm.so.6", "libm.so.6: it has no function cblas_sgemm, no cblas_sgemm64_, no cblas_sgemm_64; one with the CBLAS interface is required");
    }

    @Test
    void nothingAtAll() {
        loaders = List.of(ClassLoader.getPlatformClassLoader());
        fails("", "no BLAS library made for this processor was found (not there: libnosuchblas.so.0, libnosuchblas.so.3, a jar with one)" + NOTHING);
        fails("jar", "-Dsluice.blas=jar gives no BLAS library (not there: a jar with one)" + ADVICE);
    }

    @Test
    void aJarWhoseCopyCannotBeMade() throws IOException {
        Files.writeString(folder.resolve("cache"), "in the way");
        assertThatThrownBy(() -> search(KNOWN).find("jar")).isInstanceOf(BackendUnavailableException.class).hasMessageMatching("-Dsluice\\.blas=jar gives no BLAS library \\(a jar with one: its "
                + "copy in \\S+cache could not be made: \\S+FileSystemException: \\S+: Not a directory; -Dsluice\\.cache=FOLDER names another folder\\).*");
    }

    @Test
    void aJarWhoseCopyHasNoPlace() {
        LibrarySearch nowhere = new LibrarySearch(KNOWN, Simd.AVX2, Map.of(), loaders, null);
        assertThatThrownBy(() -> nowhere.find("jar")).isInstanceOf(BackendUnavailableException.class).hasMessage("-Dsluice.blas=jar gives no BLAS library (a jar with one: its copy has no place, "
                + "for user.home is \"" + System.getProperty("user.home") + "\", and an absolute path is required; -Dsluice.cache=FOLDER names a place)" + ADVICE);
    }

    /** As a module system or an application server may have it. */
    @Test
    void aLoaderWhoseFilesAreNeitherInAJarNorInAFolder() throws Exception {
        URL url = URL.of(URI.create("bundle://7/libopenblas"), new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
                return new URLConnection(url) {
                    @Override
                    public void connect() {}
                };
            }
        });
        loaders = List.of(new ClassLoader(null) {
            @Override
            public URL getResource(String name) {
                return url;
            }
        });
        failsWithAdvice("jar", "a jar with one: it is at bundle://7/libopenblas, and is required in a jar or in a folder; -Dsluice.blas=PATH names its file");
    }

    @Test
    void theFirstLoaderThatKnowsAJarIsAsked() {
        loaders = List.of(ClassLoader.getPlatformClassLoader(), getClass().getClassLoader());
        assertThat(search(KNOWN).find("jar").where()).startsWith("openblas-").endsWith(".jar");
    }

    @Test
    void theFirstThatIsThereIsTakenAndAJarsIsTheLast() {
        String system = "" + search(KNOWN).find("").where();
        assertThat(system).startsWith("openblas-").endsWith(".jar");
        String copy = "" + copyFromTheJar();
        assertThat(search(known("openblas", "libnosuchblas.so.0", "blas", copy)).find("").where()).isEqualTo(copy);
        assertThat(search(known("openblas", "libnosuchblas.so.0", "blas", copy)).find("jar").where()).isEqualTo(system);
        assertThat(search(known("openblas", copy, "blas", "libnosuchblas.so.3")).find("openblas").where()).isEqualTo(copy);
        assertThat(search(KNOWN).find(copy).where()).isEqualTo(copy);
    }

    @Test
    void aLibraryThatTellsNothingIsTakenOnlyIfItIsAskedFor() {
        String reference = "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3";
        assumeTrue(Files.exists(Path.of(reference)) || System.getenv("SLUICE_EVERY_LIBRARY") != null, "the reference BLAS of Debian (libblas3) is not installed");
        assertThat(search(known("blas", reference)).find("").where()).endsWith(".jar");
        assertThat(search(known("blas", reference)).find("blas")).hasToString("a BLAS that does not tell its name (" + reference + ")");
        loaders = List.of(ClassLoader.getPlatformClassLoader());
        assertThatThrownBy(() -> search(known("blas", reference)).find("")).hasMessage("no BLAS library made for this processor was found (" + reference
                + ": it does not tell its name, so it is perhaps the reference BLAS, which is slower than plain Java; -Dsluice.blas=" + reference + " uses it all the same; not there: a jar with one)"
                + NOTHING);
    }

    @Test
    void soIsABLISThatReadsBeyondMatrices() {
        String blis = "/usr/lib/x86_64-linux-gnu/blis-pthread/libblis.so.4";
        assumeTrue(Files.exists(Path.of(blis)) || System.getenv("SLUICE_EVERY_LIBRARY") != null, "the BLIS of Debian (libblis4-pthread) is not installed");
        Library askedFor = search(known("blis", blis)).find("blis");
        assumeTrue(askedFor.identity().mayReadBeyond(), askedFor + " reads nothing beyond them");
        assertThat(askedFor.product()).isInstanceOf(FencedProduct.class);
        String trouble = askedFor.identity() + " reads beyond the end of some matrices, and is given copies, which takes time; install BLIS 1.1 or later, or another, such as OpenBLAS";
        assertThat(askedFor.remark()).isEqualTo(new Library.Remark(System.Logger.Level.WARNING, trouble));
        assertThat(search(known("blis", blis)).find("").where()).endsWith(".jar");
        loaders = List.of(ClassLoader.getPlatformClassLoader());
        assertThatThrownBy(() -> search(known("blis", blis)).find("")).hasMessage("no BLAS library made for this processor was found (" + blis + ": " + trouble + "; not there: a jar with one)" + NOTHING);
    }

    private Path copyFromTheJar() {
        try {
            return CarriedLibrary.find(getClass().getClassLoader(), folder.resolve("cache")).file();
        } catch (IOException | CBLAS.LinkException e) {
            throw new AssertionError(e);
        }
    }
}
