package io.gantry.storage.overlay;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.StorageDriverContract;

class OverlayContractTest extends StorageDriverContract {
    @Override
    protected StorageDriverProvider provider() {
        return new OverlayProvider();
    }
}
