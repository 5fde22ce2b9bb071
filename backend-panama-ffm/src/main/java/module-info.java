/** The backend for a system BLAS through java.lang.foreign. */
module dev.sluice.backend.panama.ffm {
    requires dev.sluice.api;

    provides dev.sluice.api.BackendProvider with dev.sluice.backend.panama.ffm.PanamaFFMProvider;
}
