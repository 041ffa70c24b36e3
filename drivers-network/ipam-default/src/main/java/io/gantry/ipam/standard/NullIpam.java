package io.gantry.ipam.standard;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.ipam.AddressPool;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.PoolRequest;
import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.Optional;

/** Hands out nothing. */
final class NullIpam implements IpamDriver {
    private static final AddressPool NOTHING = new AddressPool("null", Optional.empty());

    @Override
    public AddressPool requestPool(PoolRequest request) {
        if (request.subnet().isPresent() || request.range().isPresent()) {
            throw new InvalidArgumentException(new Problem(
                    "take a pool from the IPAM driver null",
                    "null ipam driver does not handle specific address pool requests",
                    "leave out the subnet, or use the IPAM driver default"));
        }
        return NOTHING;
    }

    @Override
    public void releasePool(String poolId) {
        // There is only one, and it holds nothing.
    }

    @Override
    public Optional<Cidr> requestAddress(String poolId, Optional<InetAddress> wanted) {
        if (wanted.isPresent()) {
            throw new InvalidArgumentException(new Problem(
                    "take the address " + wanted.get().getHostAddress() + " from the IPAM driver null",
                    "null ipam driver does not handle specific address requests",
                    "leave out the address, or use the IPAM driver default"));
        }
        return Optional.empty();
    }

    @Override
    public void releaseAddress(String poolId, InetAddress address) {
        // None was taken.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
