package io.gantry.spi.firewall;

import io.gantry.spi.DriverProvider;

/** A firewall back end, found through {@link java.util.ServiceLoader}. */
public interface FirewallProvider extends DriverProvider<FirewallContext, FirewallBackend> {}
