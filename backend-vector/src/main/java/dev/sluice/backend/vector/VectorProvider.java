package dev.sluice.backend.vector;

import dev.sluice.api.Backend;
import dev.sluice.api.BackendContext;
import dev.sluice.api.BackendProvider;
import dev.sluice.api.BackendUnavailableException;

/** Reports that this release has no kernels for the backend yet, so that it is never chosen. */
public final class VectorProvider implements BackendProvider {
    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int priority() {
        return 300;
    }

    @Override
    public Backend open(BackendContext context) {
        throw new BackendUnavailableException("this release has no SIMD kernels; use scalar");
    }
}
