package io.gantry.spi.network;

import io.gantry.spi.Options;
import java.util.Objects;
import java.util.Optional;

/**
 * An endpoint to make on a network.
 *
 * @param networkId the network
 * @param endpointId 64 hexadecimal digits
 * @param ipv4 its IPv4 address with the subnet's length
 * @param ipv6 its IPv6 address with the subnet's length
 * @param mac its MAC address if the user chose one; else the driver makes one
 * @param options the driver's own of scope {@code ENDPOINT}, checked
 */
public record EndpointSpec(
        String networkId,
        String endpointId,
        Optional<Cidr> ipv4,
        Optional<Cidr> ipv6,
        Optional<MacAddress> mac,
        Options options) {
    /** Refuses nulls. */
    public EndpointSpec {
        Objects.requireNonNull(networkId, "networkId");
        Objects.requireNonNull(endpointId, "endpointId");
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(ipv6, "ipv6");
        Objects.requireNonNull(mac, "mac");
        Objects.requireNonNull(options, "options");
    }
}
