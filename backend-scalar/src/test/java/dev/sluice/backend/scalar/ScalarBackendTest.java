package dev.sluice.backend.scalar;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;

class ScalarBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new ScalarProvider();
    }
}
