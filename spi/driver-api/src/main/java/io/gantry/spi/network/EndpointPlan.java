package io.gantry.spi.network;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a driver made of an {@link EndpointSpec}.
 *
 * @param mac the MAC address that the interface will have, if it will have one
 * @param ipv4 an IPv4 address that the driver itself found for an endpoint that came without one, by DHCP say; the engine gives it to the interface and shows it
 * @param ipv6 the same for IPv6
 * @param state what the driver wants back after a restart; the engine keeps it
 */
public record EndpointPlan(
        Optional<MacAddress> mac, Optional<Cidr> ipv4, Optional<Cidr> ipv6, Map<String, String> state) {
    /** Copies the state. */
    public EndpointPlan {
        Objects.requireNonNull(mac, "mac");
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(ipv6, "ipv6");
        state = Map.copyOf(state);
    }

    /** A plan of a driver that leaves addresses to the engine. */
    public EndpointPlan(Optional<MacAddress> mac, Map<String, String> state) {
        this(mac, Optional.empty(), Optional.empty(), state);
    }
}
