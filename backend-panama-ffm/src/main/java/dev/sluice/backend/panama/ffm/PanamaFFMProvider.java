package dev.sluice.backend.panama.ffm;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.BackendUnavailableException;

/** Reports that this release has no kernels for the backend yet, so that it is never chosen. */
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
        throw new BackendUnavailableException("this release has no BLAS binding; use scalar");
    }
}
