/** The backend for SIMD through the Vector API. */
module dev.sluice.backend.vector {
    requires dev.sluice.api;
    requires jdk.incubator.vector;

    provides dev.sluice.api.BackendProvider with dev.sluice.backend.vector.VectorProvider;
}
