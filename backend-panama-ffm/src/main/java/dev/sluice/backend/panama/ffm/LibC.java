package dev.sluice.backend.panama.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** What is needed of the C library of POSIX systems: the environment that libraries read when they are opened, and why one did not open. */
final class LibC {
    private static final int RTLD_NOW = 2;

    private LibC() {}

    /** Sets a variable for native code; Java's view of the environment stays as the process began with. False where there is no such function. */
    static boolean setenv(String name, String value) {
        MethodHandle setenv = function("setenv", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT)); // int setenv(const char *, const char *, int overwrite)
        if (setenv == null) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1) == 0;
        } catch (Throwable t) {
            throw CBLAS.unexpected(t);
        }
    }

    /** Why the system does not open a library, in its own words; empty where it does not tell. */
    static String whyNotOpened(String library) {
        MethodHandle dlopen = function("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT)); // void *dlopen(const char *, int)
        MethodHandle dlerror = function("dlerror", FunctionDescriptor.of(ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(4096, JAVA_BYTE)))); // char *dlerror(void)
        if (dlopen == null || dlerror == null) {
            return "";
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment opened = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(library), RTLD_NOW);
            MemorySegment error = (MemorySegment) dlerror.invokeExact();
            return opened.address() != 0 || error.address() == 0 ? "" : error.getString(0);
        } catch (Throwable t) {
            throw CBLAS.unexpected(t);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find(name).map(symbol -> linker.downcallHandle(symbol, descriptor)).orElse(null);
    }
}
