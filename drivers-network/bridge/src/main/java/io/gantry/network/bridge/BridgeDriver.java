package io.gantry.network.bridge;

import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.MacAddress;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** See the package. Networks are made, deleted and restored one at a time; endpoints of different ids side by side. */
final class BridgeDriver implements NetworkDriver, PortPublisher, Restorable {
    private static final System.Logger LOG = System.getLogger(BridgeDriver.class.getName());
    private static final String STATE_BRIDGE = "bridge";
    private static final String STATE_INTERFACE = "hostInterface";

    private final BridgeLinks links;
    private final FirewallBackend firewall;
    private final Map<String, Network> networks = new ConcurrentHashMap<>();

    BridgeDriver(Path hostNamespace, String mark, FirewallBackend firewall) {
        this.links = new BridgeLinks(hostNamespace, mark);
        this.firewall = firewall;
    }

    @Override
    public synchronized Map<String, String> createNetwork(NetworkSpec spec) {
        BridgeConfig config = BridgeConfig.of(spec);
        requireNoConflict(config);
        int bridge = attempt("create network " + spec.name(), () -> links.make(config));
        try {
            firewall.apply(config.filtered());
        } catch (RuntimeException e) {
            undo(e, () -> links.removeBridge(config));
            throw e;
        }
        networks.put(spec.id(), new Network(config, bridge));
        return Map.of(STATE_BRIDGE, config.bridge());
    }

    @Override
    public synchronized void deleteNetwork(String networkId) {
        Network network = networks.get(networkId);
        if (network == null) {
            return;
        }
        if (!network.endpoints.isEmpty()) {
            throw new FailedPreconditionException(new Problem(
                    "delete network " + network.config.label(),
                    "network has active endpoints",
                    "disconnect them first"));
        }
        attempt("delete network " + network.config.label(), () -> {
            firewall.removeNetwork(networkId);
            links.removeBridge(network.config);
            return networkId;
        });
        networks.remove(networkId);
    }

    @Override
    public EndpointPlan createEndpoint(EndpointSpec spec) {
        Network network = network(spec.networkId());
        String attempted = "create endpoint " + spec.endpointId() + " on network " + network.config.label();
        Endpoint endpoint = new Endpoint(spec, EndpointSettings.of(spec.options()), mac(spec, attempted));
        if (network.endpoints.putIfAbsent(spec.endpointId(), endpoint) != null) {
            throw new AlreadyExistsException(Problem.of(attempted, "an endpoint of that id exists"));
        }
        try {
            makePair(attempted, network, endpoint);
        } catch (RuntimeException e) {
            network.endpoints.remove(spec.endpointId());
            throw e;
        }
        return new EndpointPlan(
                Optional.of(new io.gantry.spi.network.MacAddress(endpoint.mac.toString())),
                Map.of(STATE_INTERFACE, BridgeLinks.hostEnd(spec.endpointId())));
    }

    @Override
    public Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        Network network = network(networkId);
        Endpoint endpoint = endpoint(network, endpointId);
        if (!endpoint.linked) {
            makePair("attach endpoint " + endpointId, network, endpoint);
        }
        Map<String, String> sysctls = new LinkedHashMap<>();
        if (endpoint.spec.ipv6().isEmpty() && BridgeSysctls.kernelHasIpv6()) {
            sysctls.put("net.ipv6.conf.IFNAME.disable_ipv6", "1");
        }
        sysctls.putAll(endpoint.settings.sysctls());
        return new Attachment.MoveInterface(
                BridgeLinks.containerEnd(endpointId),
                network.config.prefix(),
                endpoint.settings.interfaceName(),
                new Attachment.Layer3(
                        endpoint.spec.ipv4().flatMap(address -> network.config.gateway(false)),
                        endpoint.spec.ipv6().flatMap(address -> network.config.gateway(true)),
                        List.of(),
                        sysctls));
    }

    @Override
    public void detach(String networkId, String endpointId) {
        find(networkId, endpointId).ifPresent(endpoint -> {
            endpoint.linked = false;
            links.removePair(endpointId);
        });
    }

    @Override
    public void deleteEndpoint(String networkId, String endpointId) {
        if (find(networkId, endpointId).isPresent()) {
            firewall.unpublish(endpointId);
            links.removePair(endpointId);
            networks.get(networkId).endpoints.remove(endpointId);
        }
    }

    @Override
    public Map<String, String> endpointInfo(String networkId, String endpointId) {
        return find(networkId, endpointId)
                .map(endpoint -> Map.of(
                        STATE_INTERFACE,
                        BridgeLinks.hostEnd(endpointId),
                        "com.docker.network.endpoint.macaddress",
                        endpoint.mac.toString()))
                .orElseGet(Map::of);
    }

    @Override
    public void publish(String networkId, String endpointId, List<PortMapping> mappings) {
        Network network = network(networkId);
        firewall.publish(published(network, endpoint(network, endpointId), mappings));
    }

    @Override
    public void unpublish(String networkId, String endpointId) {
        firewall.unpublish(endpointId);
    }

    @Override
    public synchronized void restore(List<RestoredNetwork> known) {
        List<FilteredNetwork> filtered = new ArrayList<>();
        List<PublishedEndpoint> published = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (RestoredNetwork network : known) {
            network.endpoints()
                    .forEach(endpoint ->
                            named.add(BridgeLinks.hostEnd(endpoint.spec().endpointId())));
            Optional.ofNullable(network.state().get(STATE_BRIDGE)).ifPresent(named::add);
            try {
                Network restored = restore(network);
                named.add(restored.config.bridge());
                filtered.add(restored.config.filtered());
                network.endpoints().stream()
                        .filter(endpoint -> !endpoint.published().isEmpty())
                        .map(endpoint -> published(
                                restored, endpoint(restored, endpoint.spec().endpointId()), endpoint.published()))
                        .forEach(published::add);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "network " + network.spec().name() + " is not usable", e);
            }
        }
        List<String> removed = attempt("remove links that no network has", () -> links.removeOthers(named));
        if (!removed.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "removed links that no network has: {0}", removed);
        }
        firewall.restore(filtered, published);
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        links.close();
    }

    private Network restore(RestoredNetwork known) {
        BridgeConfig config = BridgeConfig.of(known.spec());
        requireNoConflict(config);
        int bridge = attempt("restore network " + config.label(), () -> links.ready(config));
        Network network = new Network(config, bridge);
        for (RestoredEndpoint restored : known.endpoints()) {
            EndpointSpec spec = restored.spec();
            String attempted = "restore endpoint " + spec.endpointId();
            MacAddress mac = restored.plan()
                    .mac()
                    .map(address -> MacAddress.parse(address.value()))
                    .orElseGet(() -> mac(spec, attempted));
            Endpoint endpoint = new Endpoint(spec, EndpointSettings.of(spec.options()), mac);
            endpoint.linked = attempt(attempted, () -> links.hasPair(spec.endpointId()));
            network.endpoints.put(spec.endpointId(), endpoint);
            if (endpoint.linked) {
                attempt(attempted, () -> {
                    links.rejoin(config, bridge, spec.endpointId());
                    return endpoint;
                });
            } else if (restored.attached()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the interface of endpoint {0} is gone; restart its container to connect it again",
                        spec.endpointId());
            }
        }
        networks.put(config.id(), network);
        return network;
    }

    private void makePair(String attempted, Network network, Endpoint endpoint) {
        attempt(attempted, () -> {
            links.makePair(network.config, network.bridge, endpoint.spec.endpointId(), endpoint.mac);
            return endpoint;
        });
        endpoint.linked = true;
    }

    private static PublishedEndpoint published(Network network, Endpoint endpoint, List<PortMapping> mappings) {
        EndpointSpec spec = endpoint.spec;
        return new PublishedEndpoint(
                spec.endpointId(),
                network.config.id(),
                spec.ipv4().map(Cidr::address),
                spec.ipv6().map(Cidr::address),
                mappings);
    }

    private static MacAddress mac(EndpointSpec spec, String attempted) {
        return spec.mac()
                .map(mac -> MacAddress.parse(mac.value()))
                .or(() -> spec.ipv4().or(spec::ipv6).map(cidr -> Macs.ofAddress(cidr.address())))
                .orElseThrow(() -> new InvalidArgumentException(
                        new Problem(attempted, "it has neither an address nor a MAC address", "give it an address")));
    }

    private void requireNoConflict(BridgeConfig config) {
        if (networks.containsKey(config.id())) {
            throw new AlreadyExistsException(
                    Problem.of("create network " + config.label(), "a network of id " + config.id() + " exists"));
        }
        for (Network other : networks.values()) {
            boolean sameBridge = other.config.bridge().equals(config.bridge());
            boolean overlap = other.config.pools().stream()
                    .anyMatch(theirs -> config.pools().stream()
                            .anyMatch(ours -> ours.subnet().overlaps(theirs.subnet())));
            if (sameBridge || overlap) {
                throw new FailedPreconditionException(new Problem(
                        "create network " + config.id() + " (" + config.bridge() + ")",
                        "conflicts with network " + other.config.id() + " (" + other.config.bridge()
                                + "): networks have " + (sameBridge ? "same bridge name" : "overlapping subnets"),
                        "choose another " + (sameBridge ? "bridge name" : "subnet")));
            }
        }
    }

    private Network network(String networkId) {
        Network network = networks.get(networkId);
        if (network == null) {
            throw new NotFoundException(Problem.of("use network " + networkId, "there is none of that id"));
        }
        return network;
    }

    private static Endpoint endpoint(Network network, String endpointId) {
        Endpoint endpoint = network.endpoints.get(endpointId);
        if (endpoint == null) {
            throw new NotFoundException(Problem.of(
                    "use endpoint " + endpointId, "there is none of that id on network " + network.config.label()));
        }
        return endpoint;
    }

    private Optional<Endpoint> find(String networkId, String endpointId) {
        return Optional.ofNullable(networks.get(networkId)).map(network -> network.endpoints.get(endpointId));
    }

    private static <T> T attempt(String attempted, Supplier<T> work) {
        try {
            return work.get();
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

    private static final class Network {
        private final BridgeConfig config;
        private final int bridge;
        private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

        private Network(BridgeConfig config, int bridge) {
            this.config = config;
            this.bridge = bridge;
        }
    }

    private static final class Endpoint {
        private final EndpointSpec spec;
        private final EndpointSettings settings;
        private final MacAddress mac;
        /** Whether its pair exists; written by one thread at a time, as the engine serialises calls for an endpoint. */
        private volatile boolean linked;

        private Endpoint(EndpointSpec spec, EndpointSettings settings, MacAddress mac) {
            this.spec = spec;
            this.settings = settings;
            this.mac = mac;
        }
    }
}
