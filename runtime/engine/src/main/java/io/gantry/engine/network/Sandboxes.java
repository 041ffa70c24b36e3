package io.gantry.engine.network;

import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.dns.DnsServer;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.name.Ids;
import io.gantry.engine.network.PublishedPorts.Wanted;
import io.gantry.engine.network.StoredEndpoint.StoredPort;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins the network namespaces of containers to networks, publishes their ports, and takes both back. */
public final class Sandboxes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);

    private final NetworkService networks;
    private final Ids ids;
    private final Netlink host;
    private final InterfaceSetup interfaces;
    private final HostPorts hostPorts;
    private final SandboxNames names;

    /** Opens a socket in the host's namespace. */
    public Sandboxes(NetworkService networks, Ids ids, Path hostNamespace, boolean ownNamespace, DnsServer dns) {
        this.networks = networks;
        this.ids = ids;
        this.host = Netlink.open(hostNamespace);
        this.interfaces = new InterfaceSetup(host);
        this.hostPorts = new HostPorts(hostNamespace, ownNamespace);
        this.names = new SandboxNames(networks, dns);
    }

    /**
     * Goes on with what an earlier run left: networks, and the endpoints of containers that still run. All other endpoints are removed.
     *
     * @param running ids of these containers
     */
    public void restore(Set<String> running) {
        networks.load();
        EndpointBook book = networks.endpoints();
        Map<String, List<StoredNetwork>> byDriver =
                networks.stored().stream().collect(Collectors.groupingBy(StoredNetwork::driver));
        byDriver.forEach((driverName, ofDriver) -> restoreDriver(driverName, ofDriver, running));
        for (StoredEndpoint endpoint : book.all()) {
            if (running.contains(endpoint.containerId())) {
                networks.addresses().replay(endpoint.networkId(), endpoint.ipv4(), endpoint.ipv6());
                hostPorts.replay(endpoint.id(), mappings(endpoint.ports()));
                publish(endpoint);
                names.joined(endpoint);
            } else {
                remove(endpoint);
            }
        }
        networks.makePredefined();
    }

    /** Whether a network gives its containers a namespace of their own. */
    public boolean isOwnNamespace(String networkRef) {
        return networks.traits(networks.stored(networkRef)).sandbox() == NetworkTraits.SandboxMode.OWN;
    }

    /** The warning for published ports that a network ignores. */
    public Optional<String> publishRefusal(String networkRef) {
        return networks.traits(networks.stored(networkRef)).publishRefusal();
    }

    /** The name of the network that {@code default} means, or of any other reference. */
    public String nameOf(String networkRef) {
        return networkRef.isEmpty() || networkRef.equals("default")
                ? networks.defaultNetwork().name()
                : networks.stored(networkRef).name();
    }

    /** Whether that is the name of the network that {@code default} means, if there is one. */
    public boolean isDefault(String networkName) {
        return networks.findDefaultNetwork()
                .filter(network -> network.name().equals(networkName))
                .isPresent();
    }

    /** The id of a network. */
    public String idOf(String networkRef) {
        return networks.stored(networkRef).id();
    }

    /** Whether containers on the network find each other by name there: on all but the predefined ones. */
    public boolean hasNames(String networkRef) {
        return !networks.stored(networkRef).predefined();
    }

    /** Brings up the loopback interface of a new namespace. */
    public void loopback(Path namespace) {
        InterfaceSetup.loopback(namespace);
    }

    /** Joins a container to all its networks and publishes its ports, or does nothing and throws. */
    public SandboxState join(SandboxRequest request) {
        List<Joined> joined = new ArrayList<>();
        try {
            boolean gateway = false;
            for (Map.Entry<String, EndpointSettings> one : byPriority(request.networks())) {
                Joined now = joinOne(request, one.getKey(), one.getValue(), !gateway);
                joined.add(now);
                gateway |= now.layer3().gateway4().isPresent()
                        || now.layer3().gateway6().isPresent()
                        || now.layer3().routes().stream()
                                .anyMatch(route -> route.destination().prefixLength() == 0);
            }
            names.serve(request);
            List<PortMapping> published = publish(request, joined);
            return new SandboxState(joined.stream().map(Joined::state).toList(), PublishedPorts.shown(published));
        } catch (RuntimeException e) {
            leave(request.containerId());
            throw e;
        }
    }

    /** Joins a running container to one more network. */
    public EndpointState joinMore(SandboxRequest request) {
        Map.Entry<String, EndpointSettings> one =
                request.networks().entrySet().iterator().next();
        EndpointState joined =
                joinOne(request, one.getKey(), one.getValue(), false).state();
        try {
            names.serve(request);
        } catch (RuntimeException e) {
            leave(request.containerId(), joined.networkId());
            throw e;
        }
        return joined;
    }

    /** Gives a container that an earlier engine started its name server again, if it had one. */
    public void resume(SandboxRequest request) {
        names.serve(request);
    }

    /**
     * Gives a running container other names.
     *
     * @param dnsNames what it is called now, by the id of the network
     */
    public void rename(String containerId, String name, Map<String, List<String>> dnsNames) {
        for (StoredEndpoint endpoint : networks.endpoints().ofContainer(containerId)) {
            StoredEndpoint renamed =
                    endpoint.renamed(name, dnsNames.getOrDefault(endpoint.networkId(), endpoint.dnsNames()));
            networks.endpoints().put(renamed);
            names.joined(renamed);
        }
    }

    /** Addresses by which containers reach the host: the gateways of the default network. */
    public List<InetAddress> hostGateways() {
        return networks.findDefaultNetwork().stream()
                .flatMap(network -> network.pools().stream())
                .flatMap(pool -> Addresses.optional(pool.gateway()).stream())
                .map(gateway -> Cidr.parse(gateway).address())
                .toList();
    }

    /** Takes a running container off one network. */
    public void leave(String containerId, String networkId) {
        networks.endpoints().ofContainer(containerId).stream()
                .filter(endpoint -> endpoint.networkId().equals(networkId))
                .forEach(this::remove);
        names.refresh(containerId);
    }

    /** Gives a running container the default routes of its endpoints that have the highest priority now. */
    public void chooseGateways(Path namespace, List<EndpointState> endpoints) {
        List<EndpointState> ordered = endpoints.stream()
                .filter(endpoint ->
                        !networks.stored(endpoint.networkId()).request().internal())
                .sorted(Comparator.comparingInt(endpoint -> -endpoint.settings().gwPriority()))
                .toList();
        defaultRoute(namespace, ordered, EndpointState::ipAddress, EndpointState::gateway);
        defaultRoute(namespace, ordered, EndpointState::globalIpv6Address, EndpointState::ipv6Gateway);
    }

    private static void defaultRoute(
            Path namespace,
            List<EndpointState> ordered,
            Function<EndpointState, String> address,
            Function<EndpointState, String> gateway) {
        ordered.stream()
                .filter(endpoint -> !gateway.apply(endpoint).isEmpty())
                .findFirst()
                .ifPresent(endpoint -> InterfaceSetup.defaultRoute(
                        namespace,
                        Cidr.parseAddress(address.apply(endpoint)),
                        Cidr.parseAddress(gateway.apply(endpoint))));
    }

    /** Takes a container off all its networks. Its namespace may be gone already. */
    public void leave(String containerId) {
        names.end(containerId);
        networks.endpoints().ofContainer(containerId).forEach(this::remove);
    }

    @Override
    public void close() {
        host.close();
    }

    private record Joined(StoredEndpoint endpoint, EndpointState state, Attachment.Layer3 layer3) {}

    private Joined joinOne(SandboxRequest request, String networkRef, EndpointSettings settings, boolean defaultRoute) {
        StoredNetwork network = networks.stored(networkRef);
        NetworkDriver driver = networks.drivers().network(network.driver());
        boolean addressed = networks.traits(network).addressed();
        Addresses.Pair pair = addressed
                ? networks.addresses().take(network, settings.ipamConfig())
                : new Addresses.Pair(Optional.empty(), Optional.empty());
        StoredEndpoint endpoint = new StoredEndpoint(
                ids.next(),
                network.id(),
                request.containerId(),
                request.containerName(),
                settings,
                text(pair.ipv4()),
                text(pair.ipv6()),
                settings.macAddress(),
                Map.of(),
                List.of(),
                request.names().getOrDefault(networkRef, List.of()));
        networks.endpoints().put(endpoint);
        try {
            EndpointPlan plan = driver.createEndpoint(spec(network, endpoint));
            StoredEndpoint made = with(endpoint, plan);
            Attachment attachment =
                    driver.attach(network.id(), made.id(), new Sandbox(request.containerId(), request.namespace()));
            interfaces.apply(
                    request.namespace(),
                    attachment,
                    Addresses.optional(made.ipv4()).map(Cidr::parse),
                    Addresses.optional(made.ipv6()).map(Cidr::parse),
                    defaultRoute && !network.request().internal());
            networks.endpoints().put(made);
            names.joined(made);
            networks.events()
                    .publish(
                            "network",
                            "connect",
                            network.id(),
                            Map.of(
                                    "name",
                                    network.name(),
                                    "type",
                                    network.driver(),
                                    "container",
                                    request.containerId()));
            Attachment.Layer3 layer3 = layer3(attachment);
            return new Joined(made, state(network, made, layer3), layer3);
        } catch (RuntimeException e) {
            remove(endpoint);
            throw e;
        }
    }

    private List<PortMapping> publish(SandboxRequest request, List<Joined> joined) {
        List<Wanted> wanted = PublishedPorts.wanted(request.ports());
        if (wanted.isEmpty()) {
            return List.of();
        }
        for (Joined one : joined) {
            StoredNetwork network = networks.stored(one.endpoint().networkId());
            Optional<PortPublisher> publisher =
                    networks.drivers().network(network.driver()).capability(PortPublisher.class);
            if (publisher.isPresent() && !network.request().internal()) {
                return publish(request, network, one.endpoint(), publisher.get(), wanted);
            }
        }
        return List.of();
    }

    private List<PortMapping> publish(
            SandboxRequest request,
            StoredNetwork network,
            StoredEndpoint endpoint,
            PortPublisher publisher,
            List<Wanted> wanted) {
        try {
            List<PortMapping> reserved = hostPorts.reserve(endpoint.id(), wanted);
            List<PortMapping> runs = PublishedPorts.runs(reserved);
            StoredEndpoint published = with(endpoint, runs);
            networks.endpoints().put(published);
            publisher.publish(network.id(), endpoint.id(), runs);
            return reserved;
        } catch (EngineException e) {
            throw new EngineException(
                    e.kind(),
                    "driver failed programming external connectivity on endpoint " + request.containerName() + " ("
                            + endpoint.id() + "): " + e.getMessage(),
                    e);
        }
    }

    private void publish(StoredEndpoint endpoint) {
        if (endpoint.ports().isEmpty()) {
            return;
        }
        StoredNetwork network = networks.stored(endpoint.networkId());
        networks.drivers()
                .network(network.driver())
                .capability(PortPublisher.class)
                .ifPresent(publisher -> publisher.publish(network.id(), endpoint.id(), mappings(endpoint.ports())));
    }

    private void restoreDriver(String driverName, List<StoredNetwork> ofDriver, Set<String> running) {
        try {
            NetworkDriver driver = networks.drivers().network(driverName);
            Optional<Restorable> restorable = driver.capability(Restorable.class);
            if (restorable.isPresent()) {
                restorable
                        .get()
                        .restore(ofDriver.stream()
                                .map(network -> restored(network, running))
                                .toList());
            } else {
                ofDriver.forEach(network -> driver.createNetwork(networks.spec(network)));
            }
        } catch (RuntimeException e) {
            LOG.error("the networks of driver {} are not usable: {}", driverName, e.getMessage(), e);
        }
    }

    private Restorable.RestoredNetwork restored(StoredNetwork network, Set<String> running) {
        List<Restorable.RestoredEndpoint> endpoints = networks.endpoints().onNetwork(network.id()).stream()
                .filter(endpoint -> running.contains(endpoint.containerId()))
                .map(endpoint -> new Restorable.RestoredEndpoint(
                        spec(network, endpoint), new EndpointPlan(mac(endpoint), endpoint.driverState()), true))
                .toList();
        return new Restorable.RestoredNetwork(networks.spec(network), network.driverState(), endpoints);
    }

    private void remove(StoredEndpoint endpoint) {
        names.left(endpoint);
        try {
            StoredNetwork network = networks.stored(endpoint.networkId());
            NetworkDriver driver = networks.drivers().network(network.driver());
            driver.capability(PortPublisher.class)
                    .ifPresent(publisher -> publisher.unpublish(network.id(), endpoint.id()));
            driver.detach(network.id(), endpoint.id());
            driver.deleteEndpoint(network.id(), endpoint.id());
            networks.events()
                    .publish(
                            "network",
                            "disconnect",
                            network.id(),
                            Map.of(
                                    "name",
                                    network.name(),
                                    "type",
                                    network.driver(),
                                    "container",
                                    endpoint.containerId()));
        } catch (RuntimeException e) {
            // The row goes all the same: at the next start the driver removes what is not named to it.
            LOG.warn("endpoint {} of container {} is not removed whole", endpoint.id(), endpoint.containerId(), e);
        }
        hostPorts.release(endpoint.id());
        Addresses.optional(endpoint.ipv4())
                .map(Cidr::parse)
                .ifPresent(cidr -> networks.addresses().give(endpoint.networkId(), cidr));
        Addresses.optional(endpoint.ipv6())
                .map(Cidr::parse)
                .ifPresent(cidr -> networks.addresses().give(endpoint.networkId(), cidr));
        networks.endpoints().delete(endpoint.id());
    }

    private EndpointSpec spec(StoredNetwork network, StoredEndpoint endpoint) {
        return new EndpointSpec(
                network.id(),
                endpoint.id(),
                Addresses.optional(endpoint.ipv4()).map(Cidr::parse),
                Addresses.optional(endpoint.ipv6()).map(Cidr::parse),
                mac(endpoint),
                networks.drivers()
                        .endpointOptions(network.driver(), endpoint.settings().driverOpts()));
    }

    private static EndpointState state(StoredNetwork network, StoredEndpoint endpoint, Attachment.Layer3 layer3) {
        Optional<Cidr> ipv4 = Addresses.optional(endpoint.ipv4()).map(Cidr::parse);
        Optional<Cidr> ipv6 = Addresses.optional(endpoint.ipv6()).map(Cidr::parse);
        return new EndpointState(
                network.name(),
                network.id(),
                endpoint.settings(),
                endpoint.id(),
                layer3.gateway4().map(InetAddress::getHostAddress).orElse(""),
                ipv4.map(cidr -> cidr.address().getHostAddress()).orElse(""),
                ipv4.map(Cidr::prefixLength).orElse(0),
                layer3.gateway6().map(InetAddress::getHostAddress).orElse(""),
                ipv6.map(cidr -> cidr.address().getHostAddress()).orElse(""),
                ipv6.map(Cidr::prefixLength).orElse(0),
                endpoint.mac(),
                endpoint.dnsNames());
    }

    private static Attachment.Layer3 layer3(Attachment attachment) {
        if (attachment instanceof Attachment.MoveInterface move) {
            return move.layer3();
        }
        return attachment instanceof Attachment.InPlace inPlace ? inPlace.layer3() : Attachment.Layer3.none();
    }

    /** The order in which networks are joined: the highest gateway priority first, then by name. */
    private static List<Map.Entry<String, EndpointSettings>> byPriority(Map<String, EndpointSettings> networks) {
        return new LinkedHashMap<>(networks)
                .entrySet().stream()
                        .sorted(Comparator.comparingInt((Map.Entry<String, EndpointSettings> one) ->
                                -one.getValue().gwPriority()))
                        .toList();
    }

    private static List<PortMapping> mappings(List<StoredPort> ports) {
        return ports.stream()
                .map(port -> new PortMapping(
                        PortMapping.Protocol.valueOf(port.protocol().toUpperCase(Locale.ROOT)),
                        Cidr.parseAddress(port.hostAddress()),
                        port.hostPort(),
                        port.containerPort(),
                        port.count()))
                .toList();
    }

    private static StoredEndpoint with(StoredEndpoint endpoint, EndpointPlan plan) {
        return new StoredEndpoint(
                endpoint.id(),
                endpoint.networkId(),
                endpoint.containerId(),
                endpoint.containerName(),
                endpoint.settings(),
                endpoint.ipv4().isEmpty() ? text(plan.ipv4()) : endpoint.ipv4(),
                endpoint.ipv6().isEmpty() ? text(plan.ipv6()) : endpoint.ipv6(),
                plan.mac().map(MacAddress::value).orElse(""),
                plan.state(),
                endpoint.ports(),
                endpoint.dnsNames());
    }

    private static StoredEndpoint with(StoredEndpoint endpoint, List<PortMapping> mappings) {
        List<StoredPort> ports = mappings.stream()
                .map(mapping -> new StoredPort(
                        mapping.protocol().name().toLowerCase(Locale.ROOT),
                        mapping.hostAddress().getHostAddress(),
                        mapping.hostPort(),
                        mapping.containerPort(),
                        mapping.count()))
                .toList();
        return new StoredEndpoint(
                endpoint.id(),
                endpoint.networkId(),
                endpoint.containerId(),
                endpoint.containerName(),
                endpoint.settings(),
                endpoint.ipv4(),
                endpoint.ipv6(),
                endpoint.mac(),
                endpoint.driverState(),
                ports,
                endpoint.dnsNames());
    }

    private static Optional<MacAddress> mac(StoredEndpoint endpoint) {
        return Addresses.optional(endpoint.mac()).map(MacAddress::new);
    }

    private static String text(Optional<Cidr> cidr) {
        return cidr.map(Cidr::toString).orElse("");
    }
}
