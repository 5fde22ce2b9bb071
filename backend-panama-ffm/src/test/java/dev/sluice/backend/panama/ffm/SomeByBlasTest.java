package dev.sluice.backend.panama.ffm;

import dev.sluice.api.BackendProvider;
import dev.sluice.api.conformance.BackendContract;
import java.util.List;

/** The kit, with a choice that has every kind of work done by both: few rows and many, small products and large, training and inference. */
@LibraryUnderTest
class SomeByBlasTest implements BackendContract {
    @Override
    public BackendProvider provider() {
        return new AllByBlasProvider(new Choice(4, 500, 12, 24));
    }

    @Override
    public List<BackendProvider> others() {
        return AllByBlasProvider.inJava();
    }
}
