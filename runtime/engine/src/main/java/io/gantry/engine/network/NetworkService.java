package io.gantry.engine.network;

import io.gantry.engine.EngineException;
import io.gantry.engine.Networks;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.event.EventLog;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.IpamPoolRequest;
import io.gantry.engine.model.IpamRequest;
import io.gantry.engine.model.NetworkRequest;
import io.gantry.engine.name.Ids;
import io.gantry.engine.name.PruneFilter;
import io.gantry.engine.network.StoredNetwork.StoredPool;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.PredefinedNetwork;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Networks: made, listed, removed, and restored when the engine starts. */
public final class NetworkService implements Networks {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkService.class);
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");

    private final OpenDrivers drivers;
    private final EventLog events;
    private final Ids ids;
    private final Path hostNamespace;
    private final Documents<StoredNetwork> documents;
    private final Map<String, StoredNetwork> networks = new ConcurrentHashMap<>();
    private final Set<String> making = ConcurrentHashMap.newKeySet();
    private final Set<String> removing = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Addresses addresses;
    private final EndpointBook endpoints;
    private volatile Optional<Membership> membership = Optional.empty();

    /** What connects running containers; the container service. */
    public interface Membership {
        /** Puts a container on a network. */
        void connect(String networkId, String containerRef, EndpointSettings settings);

        /** Takes a container off a network. */
        void disconnect(String networkId, String containerRef, boolean force);

        /** Names of containers that are configured for a network, running or not. */
        List<String> users(String networkId);
    }

    /** Nothing is restored yet: see {@link Sandboxes#restore}. */
    public NetworkService(StateDatabase state, OpenDrivers drivers, EventLog events, Ids ids, Path hostNamespace) {
        this.drivers = drivers;
        this.events = events;
        this.ids = ids;
        this.hostNamespace = hostNamespace;
        this.documents = state.documents("network", StoredNetwork.class);
        this.addresses = new Addresses(drivers);
        this.endpoints = new EndpointBook(state);
    }

    /** Names the service that {@link #connect} and {@link #disconnect} go to. */
    public void membership(Membership service) {
        membership = Optional.of(service);
    }

    Addresses addresses() {
        return addresses;
    }

    EndpointBook endpoints() {
        return endpoints;
    }

    OpenDrivers drivers() {
        return drivers;
    }

    EventLog events() {
        return events;
    }

    /** Reads the networks of an earlier run, takes their pools again, and makes the predefined networks that are not there. */
    void load() {
        networks.putAll(documents.all());
        networks.values().forEach(addresses::replay);
    }

    /** Makes the predefined networks that are not there yet. One whose driver does not work here is left out, with a word in the log. */
    void makePredefined() {
        for (NetworkDriverProvider provider : drivers.catalogue().networks()) {
            Optional<PredefinedNetwork> predefined = provider.predefined();
            if (predefined.isPresent() && byName(predefined.get().name()).isEmpty()) {
                try {
                    make(
                            predefinedRequest(provider, predefined.get()),
                            predefined.get().subnet(),
                            true);
                } catch (RuntimeException e) {
                    LOG.warn("the network {} is not there: {}", predefined.get().name(), e.getMessage());
                }
            }
        }
    }

    @Override
    public Created create(NetworkRequest request) {
        if (!NAME.matcher(request.name()).matches()) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid network name: " + (request.name().isBlank() ? "name is empty" : request.name()));
        }
        reserveName(request.name());
        try {
            StoredNetwork network = make(request, Optional.empty(), false);
            events.publish("network", "create", network.id(), attributes(network));
            return new Created(network.id(), "");
        } finally {
            making.remove(request.name());
        }
    }

    /** Holds the name without the lock while the driver is at work: a driver that hangs must not hold up others. */
    private void reserveName(String name) {
        lock.lock();
        try {
            Optional<StoredNetwork> same = byName(name);
            if (same.isPresent()) {
                throw new EngineException(
                        same.get().predefined() ? EngineException.Kind.FORBIDDEN : EngineException.Kind.CONFLICT,
                        same.get().predefined()
                                ? "operation is not permitted on predefined " + name + " network"
                                : "network with name " + name + " already exists");
            }
            if (!making.add(name)) {
                throw new EngineException(
                        EngineException.Kind.CONFLICT, "network with name " + name + " already exists");
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Network find(String ref) {
        return shown(stored(ref));
    }

    @Override
    public List<Network> list() {
        return networks.values().stream()
                .sorted(Comparator.comparing(StoredNetwork::created).reversed())
                .map(this::shown)
                .toList();
    }

    @Override
    public void remove(String ref) {
        StoredNetwork network = claim(ref);
        try {
            drivers.network(network.driver()).deleteNetwork(network.id());
            addresses.releasePools(network.id());
            documents.delete(network.id());
            networks.remove(network.id());
            events.publish("network", "destroy", network.id(), attributes(network));
        } finally {
            removing.remove(network.id());
        }
    }

    /** Finds the network and holds it, without the lock, while its driver removes it. */
    private StoredNetwork claim(String ref) {
        lock.lock();
        try {
            StoredNetwork network = stored(ref);
            if (network.predefined()) {
                throw new EngineException(
                        EngineException.Kind.FORBIDDEN,
                        network.name() + " is a pre-defined network and cannot be removed");
            }
            List<StoredEndpoint> active = endpoints.onNetwork(network.id());
            if (!active.isEmpty()) {
                throw new EngineException(
                        EngineException.Kind.FORBIDDEN,
                        active.stream()
                                .map(endpoint -> "name:\"" + endpoint.containerName() + "\" id:\""
                                        + endpoint.id().substring(0, 12) + "\"")
                                .collect(Collectors.joining(
                                        ", ",
                                        "error while removing network: network " + network.name() + " id "
                                                + network.id() + " has active endpoints (",
                                        ")")));
            }
            if (!removing.add(network.id())) {
                throw new EngineException(
                        EngineException.Kind.CONFLICT, "network " + network.name() + " is being removed");
            }
            return network;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void connect(String networkRef, String containerRef, EndpointSettings settings) {
        membership().connect(stored(networkRef).id(), containerRef, settings);
    }

    @Override
    public void disconnect(String networkRef, String containerRef, boolean force) {
        membership().disconnect(stored(networkRef).id(), containerRef, force);
    }

    @Override
    public List<String> prune(Map<String, List<String>> filters) {
        List<String> removed = new ArrayList<>();
        for (Network network : list()) {
            if (!network.predefined()
                    && membership().users(network.id()).isEmpty()
                    && endpoints.onNetwork(network.id()).isEmpty()
                    && PruneFilter.accepts(
                            filters, network.created(), network.request().labels())) {
                remove(network.id());
                removed.add(network.name());
            }
        }
        return removed;
    }

    /** The network that a name or id means. */
    StoredNetwork stored(String ref) {
        return byName(ref)
                .or(() -> Optional.ofNullable(networks.get(ref)))
                .or(() -> byPrefix(ref))
                .orElseThrow(() -> EngineException.notFound("network " + ref + " not found"));
    }

    List<StoredNetwork> stored() {
        return List.copyOf(networks.values());
    }

    /** The network of a container that names none. */
    StoredNetwork defaultNetwork() {
        return findDefaultNetwork()
                .orElseThrow(
                        () -> new EngineException(
                                EngineException.Kind.SYSTEM,
                                "cannot choose a network: no network driver on this machine offers a default one; see \"gantry drivers ls\" for the reasons, or name a network with --network"));
    }

    /** The same, or empty if no driver on this machine offers one. */
    Optional<StoredNetwork> findDefaultNetwork() {
        return drivers.catalogue().networks().stream()
                .flatMap(provider -> provider.predefined().stream())
                .filter(PredefinedNetwork::isDefault)
                .flatMap(predefined -> byName(predefined.name()).stream())
                .findFirst();
    }

    NetworkTraits traits(StoredNetwork network) {
        return drivers.catalogue().network(network.driver()).traits();
    }

    /** What a driver is told of a network. */
    NetworkSpec spec(StoredNetwork network) {
        return new NetworkSpec(
                network.id(),
                network.name(),
                drivers.networkOptions(network.driver(), network.request().options()),
                network.pools().stream().map(NetworkService::poolData).toList(),
                network.request().internal());
    }

    private StoredNetwork make(NetworkRequest request, Optional<Cidr> preferred, boolean predefined) {
        String driverName = request.driver().isEmpty() || request.driver().equals("default")
                ? defaultNetwork().driver()
                : request.driver();
        NetworkDriverProvider provider = provider(driverName);
        NetworkTraits traits = provider.traits();
        if (!predefined && !traits.userNetworks()) {
            throw new EngineException(
                    EngineException.Kind.FORBIDDEN, "only one instance of \"" + driverName + "\" network is allowed");
        }
        String id = ids.next();
        NetworkRequest named = withDriver(request, driverName);
        Options options = drivers.networkOptions(driverName, request.options());
        NetworkDriver driver = drivers.network(driverName);
        List<StoredPool> pools = traits.addressed()
                ? addresses.takePools(id, named, preferred, inUseOnHost(), provider.choosesGateway())
                : List.of();
        try {
            NetworkRequest complete = withPools(named, pools);
            NetworkSpec spec = new NetworkSpec(
                    id,
                    request.name(),
                    options,
                    pools.stream().map(NetworkService::poolData).toList(),
                    request.internal());
            Map<String, String> state = driver.createNetwork(spec);
            // Asked again: of a remote plug-in the scope is known once it has answered.
            NetworkTraits.Scope scope = provider(driverName).traits().scope();
            StoredNetwork network = new StoredNetwork(id, Instant.now(), complete, scope, pools, state, predefined);
            documents.put(id, network);
            networks.put(id, network);
            return network;
        } catch (RuntimeException e) {
            addresses.releasePools(id);
            try {
                driver.deleteNetwork(id);
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private NetworkDriverProvider provider(String name) {
        try {
            return drivers.catalogue().network(name);
        } catch (NotFoundException e) {
            throw new EngineException(
                    EngineException.Kind.NOT_FOUND,
                    "could not find plugin " + name + " in v1 plugin registry: " + e.getMessage(),
                    e);
        }
    }

    private List<Cidr> inUseOnHost() {
        try (Netlink host = Netlink.open(hostNamespace)) {
            return host.routes().stream()
                    .map(io.gantry.linux.netlink.Route::destination)
                    .filter(destination -> destination.prefixLength() > 0)
                    .map(destination -> new Cidr(destination.address(), destination.prefixLength()))
                    .toList();
        }
    }

    private Network shown(StoredNetwork network) {
        Map<String, Attached> attached = new LinkedHashMap<>();
        endpoints
                .onNetwork(network.id())
                .forEach(endpoint -> attached.put(
                        endpoint.containerId(),
                        new Attached(
                                endpoint.containerName(),
                                endpoint.id(),
                                endpoint.mac(),
                                endpoint.ipv4(),
                                endpoint.ipv6())));
        return new Network(
                network.id(),
                network.created(),
                network.scope() == NetworkTraits.Scope.GLOBAL ? "global" : "local",
                network.request(),
                network.predefined(),
                attached);
    }

    private Membership membership() {
        return membership.orElseThrow(() -> new IllegalStateException("the container service has not been named"));
    }

    private Optional<StoredNetwork> byName(String name) {
        return networks.values().stream()
                .filter(network -> network.name().equals(name))
                .findFirst();
    }

    private Optional<StoredNetwork> byPrefix(String prefix) {
        List<StoredNetwork> found = networks.values().stream()
                .filter(network -> network.id().startsWith(prefix))
                .toList();
        if (found.size() > 1) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "network " + prefix + " is ambiguous (" + found.size() + " matches found on ID prefix)");
        }
        return prefix.isEmpty() ? Optional.empty() : found.stream().findFirst();
    }

    static Map<String, String> attributes(StoredNetwork network) {
        return Map.of("name", network.name(), "type", network.driver());
    }

    private static PoolData poolData(StoredPool pool) {
        Map<String, InetAddress> auxiliary = new LinkedHashMap<>();
        pool.auxiliary().forEach((name, text) -> auxiliary.put(name, Cidr.parseAddress(text)));
        return new PoolData(
                Cidr.parse(pool.subnet()), Addresses.optional(pool.gateway()).map(Cidr::parse), auxiliary);
    }

    private static NetworkRequest predefinedRequest(NetworkDriverProvider provider, PredefinedNetwork predefined) {
        return new NetworkRequest(
                predefined.name(),
                provider.name(),
                false,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                predefined.options(),
                Map.of());
    }

    private static NetworkRequest withDriver(NetworkRequest request, String driver) {
        return new NetworkRequest(
                request.name(),
                driver,
                request.internal(),
                request.attachable(),
                request.ingress(),
                request.enableIpv4(),
                request.enableIpv6(),
                request.ipam(),
                request.options(),
                request.labels());
    }

    /** The request with the pools that were taken, as {@code inspect} shows them. */
    private static NetworkRequest withPools(NetworkRequest request, List<StoredPool> pools) {
        List<IpamPoolRequest> shown = pools.stream()
                .filter(pool -> !pool.subnet().isEmpty())
                .map(pool -> new IpamPoolRequest(
                        pool.subnet(),
                        pool.range(),
                        pool.gateway().isEmpty()
                                ? ""
                                : Cidr.parse(pool.gateway()).address().getHostAddress(),
                        pool.auxiliary()))
                .toList();
        IpamRequest given = request.ipam().orElse(new IpamRequest("default", List.of(), Map.of()));
        return new NetworkRequest(
                request.name(),
                request.driver(),
                request.internal(),
                request.attachable(),
                request.ingress(),
                request.enableIpv4(),
                Optional.of(shown.stream().anyMatch(pool -> pool.subnet().contains(":"))),
                Optional.of(
                        new IpamRequest(given.driver().isEmpty() ? "default" : given.driver(), shown, given.options())),
                request.options(),
                request.labels());
    }
}
