package dev.sluice.api;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The backends that are there: found by {@link #discover} on the class path or module path, or given as a list of providers. Each is
 * opened when it is first asked for, once.
 *
 * <p>{@link #selected} follows {@code -Dsluice.backend=NAME} or, without it, the environment variable {@code SLUICE_BACKEND}: that backend
 * or an exception, never a substitute. With neither, it is the best that opens.
 *
 * <p>{@link #current} is the backend that tensors and layers use when they are not given one: that of the innermost {@link #use}, or the
 * process's default, discovered when first needed.
 */
public final class Backends {
    private static final ScopedValue<Backend> SCOPED = ScopedValue.newInstance();
    private static final Default DEFAULT = new Default();

    private final Workers workers;
    private final List<Candidate> candidates;

    private Backends(Workers workers, List<BackendProvider> providers) {
        this.workers = workers;
        this.candidates = providers.stream().map(Candidate::new)
                .sorted(Comparator.comparingInt((Candidate c) -> c.provider.priority()).reversed().thenComparing(c -> c.provider.name()))
                .toList();
        for (int i = 0; i < candidates.size(); i++) {
            for (int k = 0; k < i; k++) {
                BackendProvider one = candidates.get(k).provider;
                BackendProvider other = candidates.get(i).provider;
                if (one.name().equals(other.name())) {
                    throw new IllegalArgumentException("backends: two are named " + one.name() + ", from " + origin(one) + " and from "
                            + origin(other) + "; names must differ: take one of them from the class path");
                }
            }
        }
    }

    /** The backends of {@code providers}, which share {@code workers}. */
    public static Backends of(Workers workers, List<BackendProvider> providers) {
        return new Backends(workers, providers);
    }

    /** The backends on the class path or module path, with as many threads as {@link Workers#configured} says. */
    public static Backends discover() {
        return discover(Workers.configured());
    }

    /** The backends on the class path or module path, on these threads. */
    public static Backends discover(Workers workers) {
        return of(workers, Discovery.providers());
    }

    /** The backend that tensors and layers use on this thread when they are not given one. */
    public static Backend current() {
        return SCOPED.isBound() ? SCOPED.get() : DEFAULT.get();
    }

    /** Runs {@code action} with {@code backend} as the current one of this thread; see {@link #use(Backend, ScopedValue.CallableOp)}. */
    public static void use(Backend backend, Runnable action) {
        ScopedValue.where(SCOPED, backend).run(action);
    }

    /**
     * The result of {@code action} with {@code backend} as the current one of this thread, and of what structured concurrency forks from it. On the threads of an executor or of a
     * parallel stream each task says so itself: {@code inputs.parallelStream().map(x -> Backends.use(backend, () -> x.matmul(w))).toList()}. A layer keeps the backend that it was made with.
     */
    public static <T, X extends Throwable> T use(Backend backend, ScopedValue.CallableOp<T, X> action) throws X {
        return ScopedValue.where(SCOPED, backend).call(action);
    }

    /**
     * Gives back what the process's default backend holds: its threads end, and free native memory goes back to the system. An application that shares its process with others calls
     * this when it ends. What was built on that backend still works, on the threads that call it; whoever needs a default afterwards has a new one.
     */
    public static void release() {
        DEFAULT.release();
        Memory.trim();
    }

    /**
     * The backend that the user named by property or environment, or else {@link #best}.
     *
     * @throws BackendUnavailableException when the one named is not there or not usable
     */
    public Backend selected() {
        String name = System.getProperty("sluice.backend", "").strip();
        if (name.isEmpty()) {
            name = System.getenv().getOrDefault("SLUICE_BACKEND", "").strip();
        }
        return name.isEmpty() ? best() : named(name);
    }

    /**
     * The usable backend of the highest priority.
     *
     * @throws BackendUnavailableException when none is usable, with every reason
     */
    public Backend best() {
        return candidates.stream().filter(c -> c.open() == null).findFirst().map(c -> c.backend).orElseThrow(() -> unavailable("none is usable"));
    }

    /**
     * The backend of that name.
     *
     * @throws BackendUnavailableException when it is not there or not usable, with the reason
     */
    public Backend named(String name) {
        Candidate candidate = candidates.stream().filter(c -> c.provider.name().equals(name)).findFirst()
                .orElseThrow(() -> unavailable("none is named " + name));
        RuntimeException failure = candidate.open();
        if (failure != null) {
            throw new BackendUnavailableException("backends: " + name + " was asked for and is not usable: " + failure.getMessage(), failure);
        }
        return candidate.backend;
    }

    /** Every usable backend, best first. */
    public List<Backend> usable() {
        return candidates.stream().filter(c -> c.open() == null).map(c -> c.backend).toList();
    }

    /** Every backend found, best first, a line each: its name, whether it is usable or why not, what it runs on, and where it came from. */
    public String report() {
        if (candidates.isEmpty()) {
            return unavailable("none found").getMessage();
        }
        int width = candidates.stream().mapToInt(c -> c.provider.name().length()).max().getAsInt();
        return candidates.stream().map(c -> {
            RuntimeException failure = c.open();
            String state = failure == null ? "usable      " + c.backend.description() : "not usable  " + failure.getMessage();
            return c.provider.name() + " ".repeat(width - c.provider.name().length()) + "  " + state + (c.provider instanceof Discovery.Unusable ? "" : "  (" + origin(c.provider) + ")");
        }).collect(Collectors.joining(System.lineSeparator()));
    }

    /** As {@link #report}. */
    @Override
    public String toString() {
        return report();
    }

    private BackendUnavailableException unavailable(String what) {
        if (candidates.isEmpty()) {
            return new BackendUnavailableException("backends: " + what + ", for there are none on the class path or module path; add one, such as "
                    + "dev.sluice:sluice-backend-scalar");
        }
        return new BackendUnavailableException("backends: " + what + "; found: " + candidates.stream()
                .map(c -> c.provider.name() + (c.open() == null ? "" : " (not usable: " + c.failure.getMessage() + ")")).collect(Collectors.joining(", ")));
    }

    /** The jar or folder that a provider came from. */
    private static String origin(BackendProvider provider) {
        var source = provider.getClass().getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return provider.getClass().getName();
        }
        String path = source.getLocation().getPath().replaceAll("/+$", "").replaceAll("/target/classes$", "");
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** A provider and, once it has been opened, its backend or why there is none. */
    private final class Candidate {
        private final BackendProvider provider;
        private Backend backend;
        private RuntimeException failure;
        private boolean opening;

        Candidate(BackendProvider provider) {
            this.provider = provider;
        }

        /** Opens the backend if that was not tried before; null if it is usable, or why it is not. One that looks for others while it opens does not find itself. */
        synchronized RuntimeException open() {
            if (opening) {
                return new BackendUnavailableException("it is being opened");
            }
            if (backend == null && failure == null) {
                opening = true;
                try {
                    backend = new CheckedBackend(provider.open(new BackendContext(workers, Backends.this)));
                } catch (RuntimeException e) {
                    failure = e;
                } catch (LinkageError e) {
                    failure = new BackendUnavailableException(e + "; it was built for another version of sluice-api, or misses a module", e);
                } finally {
                    opening = false;
                }
            }
            return failure;
        }
    }

    /** The process's default backend. */
    private static final class Default {
        private Backend backend;

        /** Discovered when it is first needed; what was not found is looked for again the next time. */
        synchronized Backend get() {
            if (backend == null) {
                Backends found = discover();
                backend = found.selected();
                System.Logger log = System.getLogger(Backends.class.getName());
                log.log(found.lacksSome() ? Level.WARNING : Level.INFO, "sluice runs on backend " + backend.name() + ": " + backend.description() + found.skipped(backend)
                        + incubation());
                String fault = KnownFault.ofThisJava();
                if (!fault.isEmpty()) {
                    log.log(Level.WARNING, "sluice: " + fault);
                }
            }
            return backend;
        }

        synchronized void release() {
            if (backend != null) {
                backend.workers().close();
                backend = null;
            }
        }
    }

    /** Where the JVM has warned of it, what that is about. */
    private static String incubation() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty() ? "" : "; that Java uses an incubator module, as it warns at its start, is meant: SIMD backends are made with it";
    }

    /** Whether a jar has some that it does not list. */
    private boolean lacksSome() {
        return candidates.stream().anyMatch(c -> c.provider instanceof Discovery.Unusable unusable && unusable.cause() == null);
    }

    private String skipped(Backend chosen) {
        return candidates.stream().takeWhile(c -> c.backend != chosen).filter(c -> c.failure != null)
                .map(c -> "; skipped " + c.provider.name() + ": " + c.failure.getMessage()).collect(Collectors.joining());
    }
}
