package io.gantry.spi.storage;

import io.gantry.spi.DriverContext;

/** What the engine hands to a storage driver: {@link #root} holds its layers and nothing else writes there. */
public interface StorageContext extends DriverContext {}
