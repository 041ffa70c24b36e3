package io.gantry.spi.volume;

import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverProvider;

/** A volume driver, found through {@link java.util.ServiceLoader}. */
public interface VolumeDriverProvider extends DriverProvider<DriverContext, VolumeDriver> {}
