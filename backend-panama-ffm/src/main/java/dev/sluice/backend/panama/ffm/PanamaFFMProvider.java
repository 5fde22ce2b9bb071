package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.BackendUnavailableException;

/** Opens {@link PanamaFFMBackend} where there is a BLAS library that is worth it, or the one that {@code -Dsluice.blas} names. */
public final class PanamaFFMProvider implements BackendProvider {
    @Override
    public String name() {
        return "panama-ffm";
    }

    @Override
    public int priority() {
        return 200;
    }

    @Override
    public Backend open(BackendContext context) {
        Backend java = context.backends().usable().stream().filter(Backend::isExact).findFirst().orElseThrow(() -> new BackendUnavailableException(
                "it needs a backend in Java for what BLAS has not; put dev.sluice:sluice-backend-scalar on the class path, or sluice-backend-vector"));
        try {
            Library library = LibrarySearch.configured();
            if (library.remark() != null) {
                System.getLogger(PanamaFFMProvider.class.getName()).log(library.remark().level(), "sluice: " + library.remark().text());
            }
            return new PanamaFFMBackend(name(), library, java, context.workers(), Choice.beside(java));
        } catch (IllegalCallerException e) {
            Module module = PanamaFFMProvider.class.getModule();
            throw new BackendUnavailableException("this Java denies calls of native code; start it with --enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED"), e);
        }
    }
}
