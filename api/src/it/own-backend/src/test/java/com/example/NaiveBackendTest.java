package com.example;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;

class NaiveBackendTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new NaiveProvider();
    }
}
