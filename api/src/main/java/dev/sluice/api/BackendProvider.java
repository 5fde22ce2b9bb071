package dev.sluice.api;

/**
 * What {@link java.util.ServiceLoader} finds on the class path or module path: a name and a way to open the backend.
 *
 * <p>A provider class names no type that may be missing (an incubator module, a native library): {@link #open} probes, and turns
 * whatever is missing into a {@link BackendUnavailableException}.
 */
public interface BackendProvider {
    /** The name users select by: the artifact's, without {@code backend-}. */
    String name();

    /** Among the backends that open, the one of the highest priority is the default. Sluice's own: scalar 100, panama-ffm 200, vector 300. */
    int priority();

    /**
     * A backend ready to run.
     *
     * @throws BackendUnavailableException with the reason and the next action, where it cannot run here
     */
    Backend open(BackendContext context);
}
