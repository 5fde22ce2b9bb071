package dev.sluice.backend.panama.ffm;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Map;

/**
 * A BLAS library that is open, for as long as the process lives.
 *
 * @param where the file, the name that the system found it by, or the jar that carries it
 * @param remark what a user should know about it, or null
 */
record Library(String where, Identity identity, CBLAS blas, Remark remark) {
    private static final String CORETYPE = "OPENBLAS_CORETYPE";

    /** A line for the log. */
    record Remark(Level level, String text) {}

    /**
     * Opens a library by a path, or by a name that the system looks for. One that would leave the processor's vector instructions unused is, where that can be
     * done, opened again with kernels that use them.
     *
     * @param environment the variables that the process was started with: what a user has set stays
     * @throws CBLAS.LinkException when it cannot be opened or used, with the reason
     */
    static Library open(String file, String where, Simd processor, Map<String, String> environment) throws CBLAS.LinkException {
        Arena arena = Arena.ofShared();
        Library library = load(file, where, arena);
        Identity was = library.identity;
        if (was.vendor() == Identity.Vendor.BLIS && was.mayReadBeyond()) {
            return library.with(Level.WARNING, was + " reads beyond the end of some matrices, and is given copies, which takes time; install BLIS 1.1 or later, or another, such as OpenBLAS");
        }
        if (!processor.isWastedOn(was.core())) {
            return library;
        }
        String trouble = was + " does not use this processor's " + processor;
        if (was.vendor() != Identity.Vendor.OPENBLAS) {
            return library.with(Level.WARNING, trouble + "; install another, such as OpenBLAS");
        }
        if (environment.containsKey(CORETYPE)) {
            return library.with(Level.WARNING, trouble + ", for " + CORETYPE + "=" + environment.get(CORETYPE) + " is set; start without it, or with " + CORETYPE + "=" + processor.core);
        }
        if (LibC.setenv(CORETYPE, processor.core)) {
            arena.close(); // it reads the variable when it is loaded
            library = load(file, where, Arena.ofShared());
        }
        if (processor.isWastedOn(library.identity.core())) {
            return library.with(Level.WARNING, trouble + "; set " + CORETYPE + "=" + processor.core + " in the environment, or install a newer version");
        }
        return library.with(Level.INFO, was + " took this processor, which has " + processor + ", for an older one; it was opened again with " + CORETYPE + "=" + processor.core);
    }

    /** Rather than a name for the system to look for. */
    static boolean isPath(String file) {
        return file.contains("/") || file.contains("\\");
    }

    private static Library load(String file, String where, Arena arena) throws CBLAS.LinkException {
        try {
            SymbolLookup symbols = isPath(file) ? SymbolLookup.libraryLookup(Path.of(file), arena) : SymbolLookup.libraryLookup(file, arena);
            CBLAS blas = CBLAS.link(symbols);
            return new Library(where, Identity.of(symbols, blas.integerBits()), blas, null);
        } catch (IllegalArgumentException e) {
            throw new CBLAS.LinkException(whyNotOpened(file));
        }
    }

    /** In the system's words, except where these mislead: a library for another processor is to Linux a file that is not there. */
    private static String whyNotOpened(String file) {
        try {
            String problem = isPath(file) ? ElfHeader.problem(Path.of(file)) : "";
            if (!problem.isEmpty()) {
                return problem;
            }
        } catch (IOException e) {
            return e.toString();
        }
        String reason = LibC.whyNotOpened(file);
        return reason.isEmpty() ? "the system does not open it" : reason;
    }

    private Library with(Level level, String text) {
        return new Library(where, identity, blas, new Remark(level, text));
    }

    /** Its products; of copies, if it may read beyond a matrix. */
    Product product() {
        return identity.mayReadBeyond() ? new FencedProduct(blas) : blas;
    }

    /** Whether it is made for this processor; others are slower than plain Java. */
    boolean isTuned() {
        return identity.vendor() != Identity.Vendor.UNKNOWN && (remark == null || remark.level() != Level.WARNING);
    }

    @Override
    public String toString() {
        return identity + " (" + where + ")";
    }
}
