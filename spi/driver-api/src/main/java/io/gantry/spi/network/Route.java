package io.gantry.spi.network;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * A route inside a sandbox.
 *
 * @param destination the subnet, {@code 0.0.0.0/0} for a default route
 * @param gateway the next hop; empty if the destination is on the link
 */
public record Route(Cidr destination, Optional<InetAddress> gateway) {
    /** Refuses nulls. */
    public Route {
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(gateway, "gateway");
    }
}
