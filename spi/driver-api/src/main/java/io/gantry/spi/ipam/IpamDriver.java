package io.gantry.spi.ipam;

import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.Optional;

/**
 * An open IPAM driver. It may keep its state in memory: after a restart the engine asks again for every pool (by {@code subnet}) and every address (by {@code wanted}) that is in use. All methods may be called from several threads at
 * once.
 */
public interface IpamDriver extends AutoCloseable {
    /**
     * Takes a pool.
     *
     * @throws io.gantry.spi.FailedPreconditionException if the wanted subnet overlaps one in use: {@code Pool overlaps with other one on this address space}
     * @throws io.gantry.spi.OutOfSpaceException if no free subnet is left
     */
    AddressPool requestPool(PoolRequest request);

    /** Gives a pool back with all its addresses; does nothing if there is none of that id. */
    void releasePool(String poolId);

    /**
     * Takes an address.
     *
     * @param wanted a certain one; else the driver picks a free one, not lately used ones first
     * @return with the pool's length; empty from a driver that hands out no addresses
     * @throws io.gantry.spi.NotFoundException if there is no such pool
     * @throws io.gantry.spi.InvalidArgumentException if the wanted address lies outside
     * @throws io.gantry.spi.AlreadyExistsException if the wanted address is in use: {@code Address already in use}
     * @throws io.gantry.spi.OutOfSpaceException if the pool is used up
     */
    Optional<Cidr> requestAddress(String poolId, Optional<InetAddress> wanted);

    /** Gives an address back; does nothing if it was free. */
    void releaseAddress(String poolId, InetAddress address);

    /** Releases what the driver holds in this process. Idempotent. */
    @Override
    void close();
}
