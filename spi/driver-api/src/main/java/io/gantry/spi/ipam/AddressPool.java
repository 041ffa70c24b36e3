package io.gantry.spi.ipam;

import io.gantry.spi.network.Cidr;
import java.util.Objects;
import java.util.Optional;

/**
 * A pool.
 *
 * @param id names it in later calls
 * @param subnet no host bits set; empty from a driver that hands out no addresses
 */
public record AddressPool(String id, Optional<Cidr> subnet) {
    /** Refuses nulls. */
    public AddressPool {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(subnet, "subnet");
    }
}
