package dev.sluice.api.conformance;

/** Everything that is asked of a backend. */
public interface BackendContract extends ProviderContract, ProductContract, PreparedMatrixContract, RowContract, CellContract, LSTMContract {}
