package io.gantry.spi.firewall;

import io.gantry.spi.DriverContext;
import java.nio.file.Path;

/** What the engine hands to a firewall back end. */
public interface FirewallContext extends DriverContext {
    /** The network namespace whose rules it keeps. */
    Path hostNamespace();
}
