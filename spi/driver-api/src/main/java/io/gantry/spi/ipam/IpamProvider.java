package io.gantry.spi.ipam;

import io.gantry.spi.DriverContext;
import io.gantry.spi.DriverProvider;

/** An IPAM driver, found through {@link java.util.ServiceLoader}. */
public interface IpamProvider extends DriverProvider<DriverContext, IpamDriver> {}
