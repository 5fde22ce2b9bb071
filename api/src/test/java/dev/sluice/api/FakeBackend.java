package dev.sluice.api;

import java.util.stream.Collectors;

/** A backend that computes nothing, for tests of what surrounds backends. */
record FakeBackend(String name, String description, Workers workers) implements Backend {
    @Override
    public boolean isExact() {
        return false;
    }

    @Override
    public void gemm(Matrix a, Transpose transposeA, Matrix b, Transpose transposeB, float beta, Matrix c) {}

    @Override
    public void addRow(Matrix row, Matrix c) {}

    @Override
    public void sumRows(Matrix a, float beta, Matrix row) {}

    @Override
    public void axpy(float alpha, Matrix x, Matrix y) {}

    @Override
    public void lstmCell(Matrix gates, Matrix c, Matrix nextC, Matrix nextH) {}

    @Override
    public void lstmCellGradient(Matrix gates, Matrix c, Matrix nextC, Matrix dh, Matrix dc, Matrix dGates) {}

    /** Opens as many backends as are asked for. */
    record Provider(String name, int priority) implements BackendProvider {
        @Override
        public Backend open(BackendContext context) {
            return new FakeBackend(name, "does nothing", context.workers());
        }
    }

    /** Opens a backend that tells which others it found. */
    record RelyingProvider(String name, int priority) implements BackendProvider {
        @Override
        public Backend open(BackendContext context) {
            String others = context.backends().usable().stream().map(Backend::name).collect(Collectors.joining(", "));
            return new FakeBackend(name, "relies on " + others, context.workers());
        }
    }

    /** Opens nothing, for some reason. */
    record BrokenProvider(String name, int priority, Throwable reason) implements BackendProvider {
        @Override
        public Backend open(BackendContext context) {
            switch (reason) {
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(reason);
            }
        }
    }
}
