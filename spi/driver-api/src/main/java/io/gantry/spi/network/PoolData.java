package io.gantry.spi.network;

import java.net.InetAddress;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A subnet of a network, as IPAM gave it.
 *
 * @param subnet no host bits set
 * @param gateway the gateway's address, with the subnet's length
 * @param auxiliary addresses that are never handed to containers, by name
 */
public record PoolData(Cidr subnet, Optional<Cidr> gateway, Map<String, InetAddress> auxiliary) {
    /** Copies the map. */
    public PoolData {
        Objects.requireNonNull(subnet, "subnet");
        Objects.requireNonNull(gateway, "gateway");
        auxiliary = Map.copyOf(auxiliary);
    }
}
