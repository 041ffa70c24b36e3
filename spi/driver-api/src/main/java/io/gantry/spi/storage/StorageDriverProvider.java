package io.gantry.spi.storage;

import io.gantry.spi.DriverProvider;

/** A storage driver, found through {@link java.util.ServiceLoader}. */
public interface StorageDriverProvider extends DriverProvider<StorageContext, StorageDriver> {}
