/** The backend in plain Java loops. */
module dev.sluice.backend.scalar {
    requires dev.sluice.api;

    provides dev.sluice.api.BackendProvider with dev.sluice.backend.scalar.ScalarProvider;
}
