package io.gantry.spi.storage;

/** Something a storage driver may offer beyond {@link StorageDriver}; asked for by type, with {@link StorageDriver#capability}. */
public interface StorageCapability {}
