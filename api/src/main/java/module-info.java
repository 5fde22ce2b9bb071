/** Tensor, and what a backend must do. Start with {@link dev.sluice.api.tensor.Tensor} or {@link dev.sluice.api.Backend}. */
module dev.sluice.api {
    requires jdk.management; // tells how much memory there is

    exports dev.sluice.api;
    exports dev.sluice.api.tensor;

    uses dev.sluice.api.BackendProvider;
}
