package dev.sluice.api;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What becomes of native memory when the class loader of this library is collected, as that of an application that is deployed anew: it is freed. Whoever frees it must outlive the
 * loader, so everything from the cleaner's thread to the arenas is the JDK's own; a lambda would be a class of the loader, and keep it.
 */
final class Unloading {
    private static final Set<Arena> OPEN = isPossible() ? ConcurrentHashMap.newKeySet() : null;

    static {
        if (OPEN != null) {
            Cleaner.create().register(Unloading.class, closes(OPEN));
        }
    }

    private Unloading() {}

    /** The loader of the application goes when the process does. */
    private static boolean isPossible() {
        return Unloading.class.getClassLoader() != ClassLoader.getSystemClassLoader();
    }

    /** {@code () -> arenas.forEach(Arena::close)} */
    private static Runnable closes(Set<Arena> arenas) {
        try {
            MethodHandle close = MethodHandles.publicLookup().findVirtual(Arena.class, "close", MethodType.methodType(void.class));
            MethodHandle forEach = MethodHandles.publicLookup().findVirtual(Iterable.class, "forEach", MethodType.methodType(void.class, Consumer.class));
            return MethodHandleProxies.asInterfaceInstance(Runnable.class, MethodHandles.insertArguments(forEach, 0, arenas, MethodHandleProxies.asInterfaceInstance(Consumer.class, close)));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    static void freesUnlessClosed(Arena arena) {
        if (OPEN != null) {
            OPEN.add(arena);
        }
    }

    static void isClosed(Arena arena) {
        if (OPEN != null) {
            OPEN.remove(arena);
        }
    }
}
