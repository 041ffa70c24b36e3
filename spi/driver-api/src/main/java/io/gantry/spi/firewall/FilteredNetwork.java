package io.gantry.spi.firewall;

import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A bridged network, as the firewall sees it.
 *
 * @param id the network's id
 * @param interfaceName the bridge on the host's side
 * @param subnets its subnets
 * @param masquerade whether what leaves it gets the host's address
 * @param sourceAddress4 the IPv4 address to give instead of the outgoing interface's
 * @param sourceAddress6 the IPv6 address to give instead of the outgoing interface's
 * @param interContainer whether its containers may talk to each other
 * @param internal whether nothing may leave or enter
 * @param direct whether other hosts may reach container addresses directly: {@code NONE} drops that, {@code PUBLISHED} lets it through to published ports, {@code ALL} to every port
 */
public record FilteredNetwork(
        String id,
        String interfaceName,
        List<Cidr> subnets,
        boolean masquerade,
        Optional<InetAddress> sourceAddress4,
        Optional<InetAddress> sourceAddress6,
        boolean interContainer,
        boolean internal,
        DirectAccess direct) {
    /** What reaches a container's own address from outside. */
    public enum DirectAccess {
        /** Nothing. */
        NONE,
        /** Traffic to published ports. */
        PUBLISHED,
        /** Everything. */
        ALL
    }

    /** Copies the subnets. */
    public FilteredNetwork {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(interfaceName, "interfaceName");
        subnets = List.copyOf(subnets);
        Objects.requireNonNull(sourceAddress4, "sourceAddress4");
        Objects.requireNonNull(sourceAddress6, "sourceAddress6");
        Objects.requireNonNull(direct, "direct");
    }
}
