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
 * @param subnets its subnets, of both families
 * @param interContainer whether its containers may talk to each other; what the bridge forwards without routing is the driver's to stop
 * @param internal whether nothing may leave or enter; then nothing is published or translated either
 * @param ipv4 what holds for IPv4
 * @param ipv6 what holds for IPv6
 */
public record FilteredNetwork(
        String id,
        String interfaceName,
        List<Cidr> subnets,
        boolean interContainer,
        boolean internal,
        Family ipv4,
        Family ipv6) {
    /** What reaches a container's own address from other networks and hosts. */
    public enum DirectAccess {
        /** Nothing. */
        NONE,
        /** ICMP, and traffic to published ports. */
        PUBLISHED,
        /** Everything. */
        ALL
    }

    /**
     * What holds for one address family.
     *
     * @param masquerade whether what leaves the network gets an address of the host
     * @param sourceAddress the address to give instead of the outgoing interface's; only with {@code masquerade}
     * @param translatePorts whether published ports of the host lead to the container; if not, publishing only opens the container's own ports to
     *     {@link DirectAccess#PUBLISHED}
     * @param direct what reaches container addresses directly
     */
    public record Family(
            boolean masquerade, Optional<InetAddress> sourceAddress, boolean translatePorts, DirectAccess direct) {
        /** Refuses nulls. */
        public Family {
            Objects.requireNonNull(sourceAddress, "sourceAddress");
            Objects.requireNonNull(direct, "direct");
        }

        /** Docker's default: masqueraded, ports translated, no direct access. */
        public static Family nat() {
            return new Family(true, Optional.empty(), true, DirectAccess.NONE);
        }
    }

    /** Copies the subnets. */
    public FilteredNetwork {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(interfaceName, "interfaceName");
        subnets = List.copyOf(subnets);
        Objects.requireNonNull(ipv4, "ipv4");
        Objects.requireNonNull(ipv6, "ipv6");
    }
}
