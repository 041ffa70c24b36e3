package com.example.gantry;

import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.tck.storage.StorageDriverContract;

/** The driver keeps every rule of the SPI. */
class CopydirContractTest extends StorageDriverContract {
    @Override
    protected StorageDriverProvider provider() {
        return new CopydirProvider();
    }
}
