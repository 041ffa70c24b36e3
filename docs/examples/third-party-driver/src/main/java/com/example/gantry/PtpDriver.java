package com.example.gantry;

import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.Cidr;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.NetlinkRequest;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Attachment.Layer3;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One veth pair per endpoint. Its host's end has the network's gateway address and a route to the one address behind it, and answers there for the neighbours
 * (proxy ARP), so that containers find one another without a bridge. IPv4 only.
 */
final class PtpDriver implements NetworkDriver, Restorable {
    private static final int ID_DIGITS = 9;

    private final Path hostNamespace;
    private final Netlink netlink;
    private final String mark;
    private final Map<String, PtpNetwork> networks = new HashMap<>();

    private PtpDriver(Path hostNamespace, Netlink netlink, String mark) {
        this.hostNamespace = hostNamespace;
        this.netlink = netlink;
        this.mark = mark;
    }

    /** A network's gateway, and its endpoints by id. */
    private record PtpNetwork(InetAddress gateway, Set<String> endpoints) {}

    static PtpDriver open(NetworkContext context) {
        try {
            // The mark tells our links from those of an engine with another data root.
            return new PtpDriver(
                    context.hostNamespace(), Netlink.open(context.hostNamespace()), "ptp " + context.root());
        } catch (KernelException e) {
            throw failure("open the network driver ptp", e);
        }
    }

    @Override
    public synchronized Map<String, String> createNetwork(NetworkSpec spec) {
        String attempted = "create network " + spec.name();
        if (networks.putIfAbsent(spec.id(), new PtpNetwork(gateway(attempted, spec), new HashSet<>())) != null) {
            throw new AlreadyExistsException(Problem.of(attempted, "a network of id " + spec.id() + " exists"));
        }
        return Map.of();
    }

    @Override
    public synchronized void deleteNetwork(String networkId) {
        PtpNetwork network = networks.get(networkId);
        if (network != null && !network.endpoints().isEmpty()) {
            throw new FailedPreconditionException(
                    new Problem("delete network " + networkId, "it has active endpoints", "disconnect them"));
        }
        networks.remove(networkId);
    }

    @Override
    public synchronized EndpointPlan createEndpoint(EndpointSpec spec) {
        String attempted = "create endpoint " + spec.endpointId();
        PtpNetwork network = require(spec.networkId(), attempted);
        InetAddress address = spec.ipv4()
                .orElseThrow(() -> new InvalidArgumentException(
                        new Problem(attempted, "it has no IPv4 address", "make the network with an IPv4 subnet")))
                .address();
        if (network.endpoints().contains(spec.endpointId())) {
            throw new AlreadyExistsException(Problem.of(attempted, "an endpoint of that id exists"));
        }
        String host = hostEnd(spec.endpointId());
        try {
            createPair(spec, host);
            try {
                connect(host, network.gateway(), address);
                network.endpoints().add(spec.endpointId());
                return new EndpointPlan(macOfContainerEnd(spec.endpointId()), Map.of());
            } catch (RuntimeException e) {
                netlink.deleteLink(host);
                throw e;
            }
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public synchronized Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        String attempted = "attach endpoint " + endpointId;
        PtpNetwork network = require(networkId, attempted);
        if (!network.endpoints().contains(endpointId)) {
            throw new NotFoundException(Problem.of(attempted, "there is none of that id"));
        }
        return new Attachment.MoveInterface(
                containerEnd(endpointId),
                "eth",
                Optional.empty(),
                new Layer3(Optional.of(network.gateway()), Optional.empty(), List.of(), Map.of()));
    }

    @Override
    public void detach(String networkId, String endpointId) {
        // The engine takes the interface back, or it is gone with the sandbox; deleteEndpoint removes the pair.
    }

    @Override
    public synchronized void deleteEndpoint(String networkId, String endpointId) {
        try {
            netlink.link(hostEnd(endpointId)).filter(this::isOurs).ifPresent(link -> netlink.deleteLink(link.index()));
        } catch (KernelException e) {
            throw failure("delete endpoint " + endpointId, e);
        }
        PtpNetwork network = networks.get(networkId);
        if (network != null) {
            network.endpoints().remove(endpointId);
        }
    }

    @Override
    public synchronized Map<String, String> endpointInfo(String networkId, String endpointId) {
        PtpNetwork network = networks.get(networkId);
        return network != null && network.endpoints().contains(endpointId)
                ? Map.of("com.example.ptp.host-interface", hostEnd(endpointId))
                : Map.of();
    }

    /** Pairs outlive the engine; all there is to do is to remember them, and to remove those that nobody knows. */
    @Override
    public synchronized void restore(List<RestoredNetwork> restored) {
        Set<String> known = new HashSet<>();
        for (RestoredNetwork network : restored) {
            Set<String> endpoints = new HashSet<>();
            network.endpoints()
                    .forEach(endpoint -> endpoints.add(endpoint.spec().endpointId()));
            endpoints.forEach(id -> known.add(hostEnd(id)));
            NetworkSpec spec = network.spec();
            networks.put(spec.id(), new PtpNetwork(gateway("restore network " + spec.name(), spec), endpoints));
        }
        try {
            netlink.links().stream()
                    .filter(link -> isOurs(link) && !known.contains(link.name()))
                    .forEach(link -> netlink.deleteLink(link.index()));
        } catch (KernelException e) {
            throw failure("remove left-over links", e);
        }
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        netlink.close();
    }

    /** Pair and mark in one request: a process killed in between would leave a link that nobody recognises. */
    private void createPair(EndpointSpec spec, String host) {
        VethSpec.Peer peer = VethSpec.Peer.of(containerEnd(spec.endpointId()));
        if (spec.mac().isPresent()) {
            peer = peer.withMac(MacAddress.of(spec.mac().get().octets()));
        }
        netlink.execute(
                NetlinkRequest.createVeth(VethSpec.of(host, peer).withUp()),
                NetlinkRequest.change(LinkChange.of(host).alias(mark)));
    }

    private void connect(String host, InetAddress gateway, InetAddress container) {
        int index = netlink.link(host).orElseThrow().index();
        // For this interface alone: whether the host forwards between others is not ours to decide.
        NetSysctl.write(
                hostNamespace,
                Map.of("net.ipv4.conf." + host + ".proxy_arp", "1", "net.ipv4.conf." + host + ".forwarding", "1"));
        netlink.addAddress(index, Cidr.host(gateway));
        netlink.addRoute(Route.connected(Cidr.host(container), index));
    }

    private Optional<io.gantry.spi.network.MacAddress> macOfContainerEnd(String endpointId) {
        return netlink.link(containerEnd(endpointId))
                .flatMap(Link::mac)
                .map(mac -> io.gantry.spi.network.MacAddress.of(mac.octets()));
    }

    private boolean isOurs(Link link) {
        return link.alias().equals(Optional.of(mark));
    }

    private PtpNetwork require(String networkId, String attempted) {
        PtpNetwork network = networks.get(networkId);
        if (network == null) {
            throw new NotFoundException(Problem.of(attempted, "there is no network of id " + networkId));
        }
        return network;
    }

    private static InetAddress gateway(String attempted, NetworkSpec spec) {
        return spec.pools().stream()
                .filter(pool -> !pool.subnet().isIpv6())
                .findFirst()
                .flatMap(PoolData::gateway)
                .orElseThrow(() -> new InvalidArgumentException(
                        new Problem(attempted, "it has no IPv4 subnet with a gateway", "give it one with --subnet")))
                .address();
    }

    private static String hostEnd(String endpointId) {
        return "ptp" + endpointId.substring(0, ID_DIGITS);
    }

    private static String containerEnd(String endpointId) {
        return hostEnd(endpointId) + "c";
    }

    private static DriverException failure(String attempted, KernelException e) {
        return new IoFailureException(Problem.of(attempted, e.getMessage()), e);
    }
}
