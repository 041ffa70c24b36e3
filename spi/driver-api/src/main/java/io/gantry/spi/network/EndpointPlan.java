package io.gantry.spi.network;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a driver made of an {@link EndpointSpec}.
 *
 * @param mac the MAC address that the interface will have, if it will have one
 * @param state what the driver wants back after a restart; the engine keeps it
 */
public record EndpointPlan(Optional<MacAddress> mac, Map<String, String> state) {
    /** Copies the state. */
    public EndpointPlan {
        Objects.requireNonNull(mac, "mac");
        state = Map.copyOf(state);
    }
}
