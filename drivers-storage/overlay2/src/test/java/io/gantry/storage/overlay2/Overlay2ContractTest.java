package io.gantry.storage.overlay2;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.StorageDriverContract;

class Overlay2ContractTest extends StorageDriverContract {
    @Override
    protected StorageDriverProvider provider() {
        return new Overlay2Provider();
    }
}
