package io.gantry.spi.firewall;

import io.gantry.spi.network.PortMapping;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * An endpoint with published ports, as the firewall sees it.
 *
 * @param endpointId the endpoint's id
 * @param networkId the network it is on
 * @param ipv4 where mappings of IPv4 host addresses lead
 * @param ipv6 where mappings of IPv6 host addresses lead
 * @param mappings all its published ports; those whose family the endpoint lacks are not the firewall's to serve
 */
public record PublishedEndpoint(
        String endpointId,
        String networkId,
        Optional<InetAddress> ipv4,
        Optional<InetAddress> ipv6,
        List<PortMapping> mappings) {
    /** Copies the mappings. */
    public PublishedEndpoint {
        Objects.requireNonNull(endpointId, "endpointId");
        Objects.requireNonNull(networkId, "networkId");
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(ipv6, "ipv6");
        mappings = List.copyOf(mappings);
    }
}
