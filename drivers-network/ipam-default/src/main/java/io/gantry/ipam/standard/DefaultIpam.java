package io.gantry.ipam.standard;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Problem;
import io.gantry.spi.ipam.AddressPool;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.PoolRequest;
import io.gantry.spi.network.Cidr;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Pools and addresses of this host, in memory. The rules are those of Docker's {@code default} driver: subnets never overlap, but several
 * ranges of one and the same subnet may be taken (macvlan networks on different hosts share a subnet that way). The reason of every error is Docker's
 * text.
 */
final class DefaultIpam implements IpamDriver {
    private static final String OVERLAP = "Pool overlaps with other one on this address space";

    private final DefaultPools defaults;
    private final Map<String, Pool> pools = new HashMap<>();
    /** By first address; no two overlap, so that only neighbours need a look. */
    private final NavigableMap<BigInteger, Shared> ipv4 = new TreeMap<>();

    private final NavigableMap<BigInteger, Shared> ipv6 = new TreeMap<>();

    DefaultIpam(DefaultPools defaults) {
        this.defaults = defaults;
    }

    @Override
    public synchronized AddressPool requestPool(PoolRequest request) {
        request.subnet().ifPresent(DefaultIpam::requireNetwork);
        request.range().ifPresent(range -> requireWithin(range, request.subnet()));
        Cidr subnet = request.subnet().orElseGet(() -> free(request));
        String id = request.range().map(range -> subnet + "/" + range).orElseGet(subnet::toString);
        if (pools.containsKey(id) || overlaps(subnet)) {
            throw new FailedPreconditionException(
                    new Problem("take the subnet " + subnet, OVERLAP, "choose a subnet that no other network has"));
        }
        Shared shared = tree(subnet).computeIfAbsent(Numbers.number(subnet.address()), first -> new Shared(subnet));
        shared.users++;
        pools.put(id, new Pool(shared, request.range().map(Cidr::network).orElse(subnet)));
        return new AddressPool(id, Optional.of(subnet));
    }

    @Override
    public synchronized void releasePool(String poolId) {
        Pool pool = pools.remove(poolId);
        if (pool != null && --pool.shared.users == 0) {
            Cidr subnet = pool.shared.subnet.cidr();
            tree(subnet).remove(Numbers.number(subnet.address()));
        }
    }

    @Override
    public synchronized Optional<Cidr> requestAddress(String poolId, Optional<InetAddress> wanted) {
        Pool pool = pools.get(poolId);
        if (pool == null) {
            throw new NotFoundException(Problem.of("take an address of pool " + poolId, "Invalid Pool ID"));
        }
        InetAddress address = wanted.map(certain -> take(pool, certain)).orElseGet(() -> takeFree(pool));
        return Optional.of(new Cidr(address, pool.shared.subnet.cidr().prefixLength()));
    }

    @Override
    public synchronized void releaseAddress(String poolId, InetAddress address) {
        Pool pool = pools.get(poolId);
        if (pool != null && pool.shared.subnet.cidr().contains(address)) {
            pool.shared.subnet.give(address);
        }
    }

    @Override
    public void close() {
        // There is only memory.
    }

    private static InetAddress take(Pool pool, InetAddress wanted) {
        Subnet subnet = pool.shared.subnet;
        String attempted = "take the address " + wanted.getHostAddress() + " of subnet " + subnet.cidr();
        if (!subnet.cidr().contains(wanted)) {
            throw new InvalidArgumentException(
                    new Problem(attempted, "Requested address is out of range", "choose an address of the subnet"));
        }
        if (!subnet.take(wanted)) {
            throw new AlreadyExistsException(
                    new Problem(attempted, "Address already in use", "choose another address"));
        }
        return wanted;
    }

    private static InetAddress takeFree(Pool pool) {
        Subnet subnet = pool.shared.subnet;
        InetAddress address = subnet.takeFree(pool.range)
                .orElseThrow(() -> new OutOfSpaceException(new Problem(
                        "take an address of " + pool.range,
                        "no available IPv" + (subnet.cidr().isIpv6() ? 6 : 4)
                                + " addresses on this network's address pools",
                        "remove unused endpoints, or make a network with a larger subnet")));
        return address;
    }

    private Cidr free(PoolRequest request) {
        boolean wantIpv6 = request.ipv6();
        List<Cidr> avoid = request.avoid().stream()
                .filter(cidr -> cidr.isIpv6() == wantIpv6 && cidr.prefixLength() > 0)
                .toList();
        Stream<Cidr> preferred = request.preferred().filter(cidr -> cidr.isIpv6() == wantIpv6).stream();
        return Stream.concat(preferred.map(Cidr::network), defaults.subnets(wantIpv6))
                .filter(cidr -> !isTaken(cidr) && avoid.stream().noneMatch(cidr::overlaps))
                .findFirst()
                .orElseThrow(() -> new OutOfSpaceException(new Problem(
                        "find a free IPv" + (wantIpv6 ? 6 : 4) + " subnet",
                        "all predefined address pools have been fully subnetted",
                        "remove unused networks, name a subnet with --subnet, or set " + DefaultIpamProvider.POOLS)));
    }

    private boolean isTaken(Cidr subnet) {
        return overlaps(subnet) || tree(subnet).containsKey(Numbers.number(subnet.address()));
    }

    /** Whether another subnet, not this very one, shares addresses with it. */
    private boolean overlaps(Cidr subnet) {
        BigInteger first = Numbers.number(subnet.address());
        return Stream.of(tree(subnet).floorEntry(first), tree(subnet).higherEntry(first))
                .filter(entry -> entry != null)
                .map(entry -> entry.getValue().subnet.cidr())
                .anyMatch(other -> !other.equals(subnet) && other.overlaps(subnet));
    }

    private NavigableMap<BigInteger, Shared> tree(Cidr subnet) {
        return subnet.isIpv6() ? ipv6 : ipv4;
    }

    private static void requireNetwork(Cidr subnet) {
        if (!subnet.network().equals(subnet)) {
            throw new InvalidArgumentException(new Problem(
                    "take the subnet " + subnet,
                    "invalid subnet " + subnet + ": it should be " + subnet.network(),
                    "write it without host bits"));
        }
    }

    private static void requireWithin(Cidr range, Optional<Cidr> subnet) {
        String attempted = "take the address range " + range;
        Cidr whole = subnet.orElseThrow(() -> new InvalidArgumentException(
                new Problem(attempted, "it belongs to no subnet", "name the subnet with --subnet")));
        if (!whole.contains(range.address()) || range.prefixLength() < whole.prefixLength()) {
            throw new InvalidArgumentException(
                    new Problem(attempted, "it lies outside the subnet " + whole, "choose a part of the subnet"));
        }
    }

    /** A subnet and how many pools hand out from it. */
    private static final class Shared {
        private final Subnet subnet;
        private int users;

        private Shared(Cidr cidr) {
            this.subnet = new Subnet(cidr);
        }
    }

    /** What one network hands out from: the subnet or a range of it. */
    private static final class Pool {
        private final Shared shared;
        private final Cidr range;

        private Pool(Shared shared, Cidr range) {
            this.shared = shared;
            this.range = range;
        }
    }
}
