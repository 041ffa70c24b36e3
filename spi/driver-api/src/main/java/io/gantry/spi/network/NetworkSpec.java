package io.gantry.spi.network;

import io.gantry.spi.Options;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A network to make.
 *
 * @param id 64 hexadecimal digits
 * @param name the user's name for it
 * @param options the driver's own of scope {@code OBJECT}, checked
 * @param pools its subnets, IPv4 before IPv6; empty for drivers that are not addressed
 * @param internal no traffic leaves or enters
 */
public record NetworkSpec(String id, String name, Options options, List<PoolData> pools, boolean internal) {
    /** Copies the pools. */
    public NetworkSpec {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(options, "options");
        pools = List.copyOf(pools);
    }

    /** The gateway of the pool that an endpoint's address is of, if that pool has one. */
    public Optional<InetAddress> gatewayOf(Cidr address) {
        return pools.stream()
                .filter(pool -> pool.subnet().prefixLength() == address.prefixLength()
                        && pool.subnet().contains(address.address()))
                .findFirst()
                .flatMap(PoolData::gateway)
                .map(Cidr::address);
    }
}
