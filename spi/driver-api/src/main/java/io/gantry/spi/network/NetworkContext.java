package io.gantry.spi.network;

import io.gantry.spi.DriverContext;
import io.gantry.spi.firewall.FirewallBackend;
import java.nio.file.Path;

/** What the engine hands to a network driver. */
public interface NetworkContext extends DriverContext {
    /** The network namespace that counts as the host's: {@code /proc/self/ns/net} as a rule, another in tests. Links, routes and rules on the host's side are made there and nowhere else. */
    Path hostNamespace();

    /** The firewall of that namespace, shared by all network drivers. */
    FirewallBackend firewall();
}
