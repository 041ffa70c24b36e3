package io.gantry.spi.ipam;

import io.gantry.spi.Options;
import io.gantry.spi.network.Cidr;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A request for a pool.
 *
 * @param subnet the subnet the user wants; empty for any free one
 * @param preferred a subnet to take if it is free, where the user wants none in particular
 * @param range the part of the subnet to hand out from; only with {@code subnet}
 * @param ipv6 which family, where no subnet is named
 * @param avoid subnets in use on the host that must not be chosen by default
 * @param options the driver's own of scope {@code OBJECT}, checked
 */
public record PoolRequest(
        Optional<Cidr> subnet,
        Optional<Cidr> preferred,
        Optional<Cidr> range,
        boolean ipv6,
        List<Cidr> avoid,
        Options options) {
    /** Copies the list. */
    public PoolRequest {
        Objects.requireNonNull(subnet, "subnet");
        Objects.requireNonNull(preferred, "preferred");
        Objects.requireNonNull(range, "range");
        avoid = List.copyOf(avoid);
        Objects.requireNonNull(options, "options");
    }
}
