package dev.sluice.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The providers of backends that are there: those that the loader of this library finds, and its module layer, whatever thread asks; and then those of the thread's context class
 * loader, where that shares this library with others. Of two with one name the first counts.
 */
final class Discovery {
    private final List<BackendProvider> found = new ArrayList<>();

    private Discovery() {}

    static List<BackendProvider> providers() {
        Discovery discovery = new Discovery();
        ModuleLayer layer = BackendProvider.class.getModule().getLayer();
        ClassLoader own = BackendProvider.class.getClassLoader(), context = Thread.currentThread().getContextClassLoader();
        if (layer != null) {
            discovery.add(ServiceLoader.load(layer, BackendProvider.class));
        }
        discovery.add(ServiceLoader.load(BackendProvider.class, own));
        if (context != own && seesThisLibrary(context)) {
            discovery.add(ServiceLoader.load(BackendProvider.class, context));
        }
        discovery.found.addAll(MergedJar.unlisted(discovery.found));
        return discovery.found;
    }

    /** Not another copy of it, whose backends are no backends here. */
    private static boolean seesThisLibrary(ClassLoader loader) {
        try {
            return loader != null && Class.forName(BackendProvider.class.getName(), false, loader) == BackendProvider.class;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private void add(ServiceLoader<BackendProvider> loader) {
        List<String> before = found.stream().map(BackendProvider::name).toList();
        List<String> reasons = found.stream().map(provider -> provider instanceof Unusable unusable ? unusable.reason : "").toList();
        Iterator<BackendProvider> providers = loader.iterator();
        for (boolean more = true; more; ) {
            try {
                more = providers.hasNext();
                if (more) {
                    BackendProvider provider = providers.next();
                    if (!before.contains(provider.name())) {
                        found.add(provider);
                    }
                }
            } catch (ServiceConfigurationError e) { // the others may still be fine
                String reason = e.getMessage() + "; take its jar from the class path, or use one built for this version of sluice-api";
                if (!reasons.contains(reason)) {
                    found.add(new Unusable("unloadable-" + (found.size() + 1), Integer.MIN_VALUE, reason, e));
                }
            }
        }
    }

    /** A provider that is there and cannot be loaded: its class is missing, was built for something else, or is not listed. */
    record Unusable(String name, int priority, String reason, Throwable cause) implements BackendProvider {
        @Override
        public Backend open(BackendContext context) {
            throw new BackendUnavailableException(reason, cause);
        }
    }
}
