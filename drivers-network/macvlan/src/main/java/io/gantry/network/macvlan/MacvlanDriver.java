package io.gantry.network.macvlan;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.linux.netlink.MacvlanSpec;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.NetlinkRequest;
import io.gantry.linux.netlink.ParentLinks;
import io.gantry.linux.netlink.SandboxLinks;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import io.gantry.spi.network.support.InterfaceOptions;
import io.gantry.spi.network.support.NetworkBook;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** See the package. Networks are made, deleted and restored one at a time, and so are parents; endpoints of different ids side by side. */
final class MacvlanDriver implements NetworkDriver, Restorable {
    private static final System.Logger LOG = System.getLogger(MacvlanDriver.class.getName());
    private static final String STATE_PARENT = "parent";
    private static final int MAC_TAIL = 4;

    private final Netlink netlink;
    private final ParentLinks parents;
    private final SandboxLinks links;
    private final HostShim shim;
    private final NetworkBook<MacvlanConfig, Endpoint> book = new NetworkBook<>();

    private record Endpoint(EndpointSpec spec, InterfaceOptions options, MacAddress mac) {
        List<InetAddress> addresses() {
            return Stream.of(spec.ipv4(), spec.ipv6())
                    .flatMap(Optional::stream)
                    .map(Cidr::address)
                    .toList();
        }
    }

    MacvlanDriver(Path hostNamespace, String mark, Path runDirectory) {
        netlink = Netlink.open(hostNamespace);
        try {
            parents = new ParentLinks(netlink, mark);
            links = new SandboxLinks(netlink, mark, "mv", runDirectory.resolve("sandboxes"));
            shim = new HostShim(hostNamespace, netlink, mark);
        } catch (RuntimeException e) {
            netlink.close();
            throw e;
        }
    }

    @Override
    public synchronized Map<String, String> createNetwork(NetworkSpec spec) {
        MacvlanConfig config = MacvlanConfig.of(spec);
        String attempted = "create network " + spec.name();
        requireParentFree(config, attempted);
        book.add(spec.id(), spec.name(), config);
        try {
            Link parent = parent(config, attempted);
            attempt(attempted, () -> shim.ready(config, parent.index()));
        } catch (RuntimeException e) {
            book.remove(spec.id());
            undo(e, () -> removeParent(config));
            throw e;
        }
        return Map.of(STATE_PARENT, config.parent());
    }

    @Override
    public synchronized void deleteNetwork(String networkId) {
        Optional<MacvlanConfig> config = book.find(networkId);
        if (config.isEmpty()) {
            return;
        }
        book.requireUnused(networkId);
        attempt("delete network " + config.get().label(), () -> {
            shim.remove(config.get());
            removeParent(config.get());
        });
        book.remove(networkId);
    }

    @Override
    public EndpointPlan createEndpoint(EndpointSpec spec) {
        MacvlanConfig config = book.network(spec.networkId());
        String attempted = "create endpoint " + spec.endpointId() + " on network " + config.label();
        Endpoint endpoint = new Endpoint(spec, InterfaceOptions.of(spec.options()), mac(spec, attempted));
        book.addEndpoint(spec.networkId(), spec.endpointId(), endpoint);
        return new EndpointPlan(Optional.of(new io.gantry.spi.network.MacAddress(endpoint.mac.toString())), Map.of());
    }

    @Override
    public Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        MacvlanConfig config = book.network(networkId);
        Endpoint endpoint = book.endpoint(networkId, endpointId);
        String attempted = "attach endpoint " + endpointId + " to network " + config.label();
        Link parent = parent(config, attempted);
        if (!parent.isUp()) {
            throw new FailedPreconditionException(new Problem(
                    attempted,
                    "the parent interface " + config.parent() + " is down",
                    "set it up: ip link set " + config.parent() + " up"));
        }
        try {
            attempt(attempted, () -> {
                makePort(config, endpoint, parent, sandbox, attempted);
                shim.ready(config, parent.index());
                shim.route(config, endpoint.addresses());
            });
        } catch (RuntimeException e) {
            undo(e, () -> links.remove(endpointId));
            throw e;
        }
        return new Attachment.MoveInterface(
                links.name(endpointId),
                "eth",
                endpoint.options.name(),
                new Attachment.Layer3(
                        config.gateway(endpoint.spec.ipv4()),
                        config.gateway(endpoint.spec.ipv6()),
                        List.of(),
                        endpoint.options.sysctls()));
    }

    @Override
    public void detach(String networkId, String endpointId) {
        book.findEndpoint(networkId, endpointId)
                .ifPresent(endpoint -> attempt("detach endpoint " + endpointId, () -> {
                    links.remove(endpointId);
                    shim.unroute(book.network(networkId), endpoint.addresses());
                }));
    }

    @Override
    public void deleteEndpoint(String networkId, String endpointId) {
        detach(networkId, endpointId);
        book.removeEndpoint(networkId, endpointId);
    }

    @Override
    public Map<String, String> endpointInfo(String networkId, String endpointId) {
        return book.findEndpoint(networkId, endpointId)
                .map(endpoint -> Map.of("com.docker.network.endpoint.macaddress", endpoint.mac.toString()))
                .orElseGet(Map::of);
    }

    @Override
    public synchronized void restore(List<RestoredNetwork> known) {
        Set<String> endpoints = new HashSet<>();
        Set<String> networks = new HashSet<>();
        Set<String> named = new HashSet<>();
        for (RestoredNetwork network : known) {
            networks.add(network.spec().id());
            named.add(network.state().getOrDefault(STATE_PARENT, ""));
            network.endpoints().forEach(one -> endpoints.add(one.spec().endpointId()));
            try {
                restore(network);
            } catch (DriverException e) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "network {0} is not usable: {1}",
                        network.spec().name(),
                        e.getMessage());
            }
        }
        attempt("remove links that no network has", () -> {
            List<String> removed = links.removeOthers(endpoints);
            shim.removeOthers(networks);
            parents.made().stream().filter(name -> !named.contains(name)).forEach(parents::remove);
            if (!removed.isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "removed the interfaces of endpoints that are gone: {0}", removed);
            }
        });
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        netlink.close();
    }

    /** The network is there even if its parent is not: that may come up later, and is looked for with each endpoint. */
    private void restore(RestoredNetwork known) {
        MacvlanConfig config = MacvlanConfig.of(known.spec());
        book.add(config.spec().id(), config.label(), config);
        for (RestoredEndpoint restored : known.endpoints()) {
            EndpointSpec spec = restored.spec();
            MacAddress mac = restored.plan()
                    .mac()
                    .map(address -> MacAddress.parse(address.value()))
                    .orElseGet(() -> mac(spec, "restore endpoint " + spec.endpointId()));
            book.addEndpoint(
                    spec.networkId(), spec.endpointId(), new Endpoint(spec, InterfaceOptions.of(spec.options()), mac));
        }
        String attempted = "restore network " + config.label();
        Link parent = parent(config, attempted);
        attempt(attempted, () -> {
            shim.ready(config, parent.index());
            known.endpoints().stream()
                    .filter(RestoredEndpoint::attached)
                    .map(one -> book.endpoint(config.spec().id(), one.spec().endpointId()))
                    .forEach(endpoint -> shim.route(config, endpoint.addresses()));
        });
    }

    private void makePort(MacvlanConfig config, Endpoint endpoint, Link parent, Sandbox sandbox, String attempted) {
        String name = links.name(endpoint.spec.endpointId());
        try {
            links.make(
                    endpoint.spec.endpointId(),
                    sandbox.namespace(),
                    NetlinkRequest.createMacvlan(
                            MacvlanSpec.of(name, parent.index(), config.mode()).withMac(endpoint.mac)),
                    // In mode passthru it has the parent's MAC address until it is given another.
                    NetlinkRequest.change(LinkChange.of(name).mac(endpoint.mac)));
        } catch (KernelException e) {
            if (e.is(Errno.EBUSY, Errno.EINVAL)) {
                throw new FailedPreconditionException(
                        new Problem(
                                attempted,
                                "failed to create the macvlan port on " + config.parent() + ": "
                                        + e.errno().description().toLowerCase(Locale.ROOT),
                                "an ipvlan network, a bridge or a network in mode passthru has that parent, and one at a time can"),
                        e);
            }
            throw e;
        }
    }

    private synchronized Link parent(MacvlanConfig config, String attempted) {
        try {
            return config.dummy() ? parents.readyDummy(config.parent()) : parents.ready(config.parent());
        } catch (IllegalArgumentException e) {
            throw new InvalidArgumentException(
                    new Problem(
                            attempted,
                            e.getMessage(),
                            "name an interface of the host with -o parent, as \"ip link\" shows them"),
                    e);
        } catch (KernelException e) {
            Problem problem = new Problem(
                    attempted,
                    "failed to create the macvlan parent link " + config.parent() + ": "
                            + e.errno().description().toLowerCase(Locale.ROOT),
                    e.reason());
            if (e.is(Errno.EOPNOTSUPP)) {
                throw new UnsupportedException(problem, e);
            }
            throw e.is(Errno.ENETDOWN)
                    ? new FailedPreconditionException(problem, e)
                    : new IoFailureException(problem, e);
        }
    }

    /** Deletes the parent if it was made here and no other network is on it. */
    private void removeParent(MacvlanConfig config) {
        boolean shared = book.networks().stream()
                .anyMatch(other -> !other.spec().id().equals(config.spec().id())
                        && other.parent().equals(config.parent()));
        if (!shared) {
            parents.remove(config.parent());
        }
    }

    private void requireParentFree(MacvlanConfig config, String attempted) {
        for (MacvlanConfig other : book.networks()) {
            boolean clash = (config.isPassthru() || other.isPassthru())
                    && other.parent().equals(config.parent())
                    && !other.spec().id().equals(config.spec().id());
            if (clash) {
                String user = "macvlan network " + other.spec().id() + " is already using parent interface "
                        + config.parent();
                throw new FailedPreconditionException(new Problem(
                        attempted,
                        config.isPassthru() ? "cannot use mode passthru, " + user : user + " in mode passthru",
                        "choose another parent, or remove network " + other.label()));
            }
        }
    }

    private static MacAddress mac(EndpointSpec spec, String attempted) {
        return spec.mac()
                .map(mac -> MacAddress.parse(mac.value()))
                .or(() -> spec.ipv4().or(spec::ipv6).map(cidr -> macOf(cidr.address())))
                .orElseThrow(() -> new InvalidArgumentException(
                        new Problem(attempted, "it has neither an address nor a MAC address", "give it an address")));
    }

    /** Docker's {@code 02:42:…}, so that neighbours' caches stay right when an address is used again. */
    private static MacAddress macOf(InetAddress address) {
        byte[] octets = address.getAddress();
        int from = octets.length - MAC_TAIL;
        return MacAddress.of(
                new byte[] {0x02, 0x42, octets[from], octets[from + 1], octets[from + 2], octets[from + 3]});
    }

    private static void attempt(String attempted, Runnable work) {
        try {
            work.run();
        } catch (KernelException | UncheckedIOException e) {
            throw new IoFailureException(Problem.of(attempted, e.getMessage()), e);
        }
    }

    private static void undo(RuntimeException failure, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
