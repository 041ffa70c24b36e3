package io.gantry.storage.vfs;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.StorageDriverContract;

class VfsContractTest extends StorageDriverContract {
    @Override
    protected StorageDriverProvider provider() {
        return new VfsProvider();
    }
}
