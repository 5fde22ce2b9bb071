package dev.sluice.backend.panama.ffm;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import java.util.List;

/** The kit, with every product by the library. */
@LibraryUnderTest
class AllByBlasTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new AllByBlasProvider();
    }

    @Override
    public List<BackendProvider> others() {
        return AllByBlasProvider.inJava();
    }
}
