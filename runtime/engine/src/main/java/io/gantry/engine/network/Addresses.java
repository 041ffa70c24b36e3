package io.gantry.engine.network;

import io.gantry.engine.EngineException;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.model.EndpointIpam;
import io.gantry.engine.model.IpamPoolRequest;
import io.gantry.engine.model.IpamRequest;
import io.gantry.engine.model.NetworkRequest;
import io.gantry.engine.network.StoredNetwork.StoredPool;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.ipam.AddressPool;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.PoolRequest;
import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Takes pools and addresses from IPAM drivers for networks and endpoints, and gives them back. */
final class Addresses {
    private static final IpamPoolRequest ANY_IPV6 = new IpamPoolRequest("", "", "", Map.of());

    private final OpenDrivers drivers;
    private final Map<String, List<HeldPool>> held = new ConcurrentHashMap<>();

    Addresses(OpenDrivers drivers) {
        this.drivers = drivers;
    }

    /** A pool that a network holds. */
    private record HeldPool(IpamDriver driver, String poolId, Cidr subnet) {}

    /** An endpoint's addresses. */
    record Pair(Optional<Cidr> ipv4, Optional<Cidr> ipv6) {}

    /**
     * Takes the pools of a new network; on failure none is held.
     *
     * @param chooseGateway whether to take an address as gateway of a pool where the request names none
     */
    List<StoredPool> takePools(
            String networkId,
            NetworkRequest request,
            Optional<Cidr> preferred,
            List<Cidr> avoid,
            boolean chooseGateway) {
        List<HeldPool> pools = new ArrayList<>();
        held.put(networkId, pools);
        try {
            List<StoredPool> stored = new ArrayList<>();
            for (IpamPoolRequest wanted : wantedPools(request)) {
                stored.add(takePool(pools, request, wanted, preferred, avoid, chooseGateway));
            }
            return stored;
        } catch (RuntimeException e) {
            releasePools(networkId);
            throw e;
        }
    }

    /** Takes again what a network had before the engine was restarted. */
    void replay(StoredNetwork network) {
        List<HeldPool> pools = new ArrayList<>();
        held.put(network.id(), pools);
        IpamDriver driver = driverOf(network.request());
        for (StoredPool pool : network.pools()) {
            Cidr subnet = Cidr.parse(pool.subnet());
            AddressPool got = driver.requestPool(new PoolRequest(
                    Optional.of(subnet),
                    Optional.empty(),
                    optional(pool.range()).map(Cidr::parse),
                    subnet.isIpv6(),
                    List.of(),
                    drivers.ipamOptions(ipamName(network.request()), ipamOptions(network.request()))));
            pools.add(new HeldPool(driver, got.id(), subnet));
            optional(pool.gateway())
                    .map(Cidr::parse)
                    .ifPresent(gateway -> driver.requestAddress(got.id(), Optional.of(gateway.address())));
            pool.auxiliary()
                    .values()
                    .forEach(text -> driver.requestAddress(got.id(), Optional.of(Cidr.parseAddress(text))));
        }
    }

    void releasePools(String networkId) {
        List<HeldPool> pools = held.remove(networkId);
        if (pools != null) {
            pools.forEach(pool -> pool.driver().releasePool(pool.poolId()));
        }
    }

    /** Takes an endpoint's addresses: those the user chose, or any; on failure none is held. */
    Pair take(StoredNetwork network, Optional<EndpointIpam> chosen) {
        Optional<InetAddress> want4 =
                chosen.flatMap(ipam -> optional(ipam.ipv4Address())).map(Cidr::parseAddress);
        Optional<InetAddress> want6 =
                chosen.flatMap(ipam -> optional(ipam.ipv6Address())).map(Cidr::parseAddress);
        if ((want4.isPresent() || want6.isPresent())
                && wantedPools(network.request()).stream()
                        .allMatch(p -> p.subnet().isEmpty())) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid endpoint settings: user specified IP address is supported only when connecting to networks with user configured subnets");
        }
        Optional<Cidr> ipv4 = takeOne(network, false, want4);
        try {
            return new Pair(ipv4, takeOne(network, true, want6));
        } catch (RuntimeException e) {
            ipv4.ifPresent(cidr -> give(network.id(), cidr));
            throw e;
        }
    }

    /** Takes exactly these addresses again. */
    void replay(String networkId, String ipv4, String ipv6) {
        for (String text : List.of(ipv4, ipv6)) {
            optional(text)
                    .map(Cidr::parse)
                    .ifPresent(cidr -> poolOf(networkId, cidr)
                            .ifPresent(
                                    pool -> pool.driver().requestAddress(pool.poolId(), Optional.of(cidr.address()))));
        }
    }

    void give(String networkId, Cidr address) {
        poolOf(networkId, address).ifPresent(pool -> pool.driver().releaseAddress(pool.poolId(), address.address()));
    }

    private Optional<Cidr> takeOne(StoredNetwork network, boolean ipv6, Optional<InetAddress> wanted) {
        List<HeldPool> pools = held.getOrDefault(network.id(), List.of()).stream()
                .filter(pool -> pool.subnet().isIpv6() == ipv6)
                .filter(pool -> wanted.map(pool.subnet()::contains).orElse(true))
                .toList();
        if (pools.isEmpty()) {
            if (wanted.isPresent()) {
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "invalid endpoint settings: no configured subnet or ip-range contain the IP address "
                                + wanted.get().getHostAddress());
            }
            return Optional.empty();
        }
        for (int i = 0; ; i++) {
            try {
                return pools.get(i).driver().requestAddress(pools.get(i).poolId(), wanted);
            } catch (OutOfSpaceException e) {
                if (i + 1 == pools.size()) {
                    throw e;
                }
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // A request may hold a pool equal to ANY_IPV6 and mean IPv4.
    private StoredPool takePool(
            List<HeldPool> pools,
            NetworkRequest request,
            IpamPoolRequest wanted,
            Optional<Cidr> preferred,
            List<Cidr> avoid,
            boolean chooseGateway) {
        IpamDriver driver = driverOf(request);
        Optional<Cidr> subnet = optional(wanted.subnet()).map(Addresses::parseSubnet);
        boolean ipv6 = subnet.map(Cidr::isIpv6).orElse(wanted == ANY_IPV6);
        AddressPool pool = driver.requestPool(new PoolRequest(
                subnet,
                ipv6 ? Optional.empty() : preferred,
                optional(wanted.ipRange()).map(Addresses::parseSubnet),
                ipv6,
                avoid,
                drivers.ipamOptions(ipamName(request), ipamOptions(request))));
        if (pool.subnet().isEmpty()) {
            driver.releasePool(pool.id());
            return new StoredPool("", "", "", Map.of());
        }
        pools.add(new HeldPool(driver, pool.id(), pool.subnet().get()));
        Map<String, String> auxiliary = new LinkedHashMap<>();
        wanted.auxiliaryAddresses().forEach((name, text) -> {
            driver.requestAddress(pool.id(), Optional.of(Cidr.parseAddress(text)));
            auxiliary.put(name, text);
        });
        Optional<InetAddress> named = optional(wanted.gateway()).map(Cidr::parseAddress);
        Optional<Cidr> gateway =
                named.isPresent() || chooseGateway ? driver.requestAddress(pool.id(), named) : Optional.empty();
        return new StoredPool(
                pool.subnet().get().toString(),
                wanted.ipRange(),
                gateway.map(Cidr::toString).orElse(""),
                auxiliary);
    }

    /** The pools that a request asks for: those it names, and any one of a family that is on and not named. */
    private static List<IpamPoolRequest> wantedPools(NetworkRequest request) {
        List<IpamPoolRequest> wanted =
                new ArrayList<>(request.ipam().map(IpamRequest::config).orElse(List.of()));
        boolean any4 = wanted.stream().anyMatch(pool -> !pool.subnet().contains(":"));
        boolean any6 = wanted.stream().anyMatch(pool -> pool.subnet().contains(":"));
        if (request.enableIpv4().orElse(true) && !any4) {
            wanted.add(0, new IpamPoolRequest("", "", "", Map.of()));
        }
        if (request.enableIpv6().orElse(false) && !any6) {
            wanted.add(ANY_IPV6);
        }
        return wanted;
    }

    private IpamDriver driverOf(NetworkRequest request) {
        return drivers.ipam(ipamName(request));
    }

    private static String ipamName(NetworkRequest request) {
        return request.ipam()
                .map(IpamRequest::driver)
                .filter(name -> !name.isEmpty())
                .orElse("default");
    }

    private static Map<String, String> ipamOptions(NetworkRequest request) {
        return request.ipam().map(IpamRequest::options).orElse(Map.of());
    }

    private Optional<HeldPool> poolOf(String networkId, Cidr address) {
        return held.getOrDefault(networkId, List.of()).stream()
                .filter(pool -> pool.subnet().contains(address.address()))
                .findFirst();
    }

    private static Cidr parseSubnet(String text) {
        try {
            return Cidr.parse(text).network();
        } catch (IllegalArgumentException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid network config: invalid subnet " + text + ": " + e.getMessage(),
                    e);
        }
    }

    static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
