package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.PortBinding;
import io.gantry.engine.name.Ids;
import io.gantry.engine.network.SandboxRequest;
import io.gantry.engine.network.SandboxState;
import io.gantry.engine.network.Sandboxes;
import io.gantry.engine.oci.OciRequest.Namespace;
import io.gantry.linux.NamedNetns;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The network side of a container: which networks it is on, its namespace, and what it got there. */
final class ContainerNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerNetworks.class);
    private static final String CONTAINER = "container:";

    private final Sandboxes sandboxes;
    private final Layout layout;
    private final Path hostNamespace;
    private final Function<String, Container> containers;

    ContainerNetworks(Sandboxes sandboxes, Layout layout, Path hostNamespace, Function<String, Container> containers) {
        this.sandboxes = sandboxes;
        this.layout = layout;
        this.hostNamespace = hostNamespace;
        this.containers = containers;
    }

    /** The name of a network. */
    String nameOf(String networkRef) {
        return sandboxes.nameOf(networkRef);
    }

    boolean isDefault(String networkName) {
        return sandboxes.isDefault(networkName);
    }

    /** Addresses by which containers reach the host. */
    List<String> hostGateways() {
        List<String> gateways = sandboxes.hostGateways().stream()
                .map(InetAddress::getHostAddress)
                .toList();
        if (gateways.isEmpty()) {
            throw new EngineException(EngineException.Kind.SYSTEM, "unable to derive the IP value for host-gateway");
        }
        return gateways;
    }

    /** The network mode with {@code default} resolved; checks that the network or container is there. */
    String mode(ContainerConfig config, HostConfig host) {
        String mode = host.networkMode();
        if (mode.startsWith(CONTAINER)) {
            String id = containers.apply(mode.substring(CONTAINER.length())).id();
            if (!host.portBindings().isEmpty() || host.publishAllPorts()) {
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "conflicting options: port publishing and the container type network mode");
            }
            return CONTAINER + id;
        }
        return sandboxes.nameOf(config.networkDisabled() ? "none" : mode);
    }

    /** The endpoints that a new container will have. */
    List<EndpointState> planned(
            String mode, String id, String name, ContainerConfig config, Map<String, EndpointSettings> wanted) {
        if (mode.startsWith(CONTAINER)) {
            return List.of();
        }
        Map<String, EndpointSettings> byName = new LinkedHashMap<>();
        byName.put(mode, EndpointSettings.NONE);
        wanted.forEach((ref, settings) -> byName.put(sandboxes.nameOf(ref), settings));
        if (byName.size() > 1 && byName.keySet().stream().anyMatch(network -> !sandboxes.isOwnNamespace(network))) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        }
        return byName.entrySet().stream()
                .map(entry -> idle(entry.getKey(), id, name, config, entry.getValue()))
                .toList();
    }

    private EndpointState idle(String network, String id, String name, ContainerConfig config, EndpointSettings given) {
        boolean address = given.ipamConfig()
                .filter(ipam ->
                        !ipam.ipv4Address().isEmpty() || !ipam.ipv6Address().isEmpty())
                .isPresent();
        if (address && !sandboxes.hasNames(network)) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "user specified IP address is supported on user defined networks only");
        }
        EndpointSettings settings =
                given.macAddress().isEmpty() && !config.macAddress().isEmpty()
                        ? new EndpointSettings(
                                given.ipamConfig(),
                                given.links(),
                                given.aliases(),
                                config.macAddress(),
                                given.driverOpts(),
                                given.gwPriority(),
                                given.networkId())
                        : given;
        return EndpointState.idle(
                network, sandboxes.idOf(network), settings, names(network, id, name, config.hostname(), settings));
    }

    private List<String> names(String network, String id, String name, String hostname, EndpointSettings settings) {
        return sandboxes.hasNames(network)
                ? Stream.of(
                                Stream.of(name),
                                settings.aliases().stream(),
                                Stream.of(Ids.shortForm(id)),
                                Stream.of(hostname).filter(text -> !text.isEmpty()))
                        .flatMap(Function.identity())
                        .distinct()
                        .toList()
                : List.of();
    }

    /** Whether containers find each other by name on a network. */
    boolean hasNames(String networkRef) {
        return sandboxes.hasNames(networkRef);
    }

    /** Whether containers find each other by name on one of these networks. */
    boolean hasNames(List<EndpointState> endpoints) {
        return endpoints.stream().anyMatch(endpoint -> sandboxes.hasNames(endpoint.networkId()));
    }

    /** The endpoints of a container that has a new name, with the names that follow from it. */
    List<EndpointState> renamed(Container container) {
        return container.endpoints().stream()
                .map(endpoint -> Changes.dnsNames(endpoint, names(container, endpoint)))
                .toList();
    }

    /** Tells all others of a running container's new name. */
    void rename(Container container) {
        sandboxes.rename(container.id(), container.name(), names(container, container.endpoints()));
    }

    private List<String> names(Container container, EndpointState endpoint) {
        return names(
                endpoint.networkId(),
                container.id(),
                container.name(),
                container.config().hostname(),
                endpoint.settings());
    }

    private Map<String, List<String>> names(Container container, List<EndpointState> endpoints) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> names.put(endpoint.networkId(), names(container, endpoint)));
        return names;
    }

    /** The warning for ports that the network does not publish. */
    Optional<String> publishWarning(String mode, HostConfig host) {
        boolean publishes = !host.portBindings().isEmpty() || host.publishAllPorts();
        return mode.startsWith(CONTAINER) || !publishes ? Optional.empty() : sandboxes.publishRefusal(mode);
    }

    /** Whether a container on that network has a namespace of its own. */
    boolean isOwn(Container container) {
        String mode = container.hostConfig().networkMode();
        return !mode.startsWith(CONTAINER) && sandboxes.isOwnNamespace(mode);
    }

    /** Makes a container's namespace if it gets one, and says which it is to be in. */
    Namespace namespace(Container container) {
        String mode = container.hostConfig().networkMode();
        if (mode.startsWith(CONTAINER)) {
            Container other = containers.apply(mode.substring(CONTAINER.length()));
            if (!other.state().isUp()) {
                throw new EngineException(
                        EngineException.Kind.CONFLICT, "cannot join network of a non running container: " + other.id());
            }
            return new Namespace.Join(
                    Path.of("/proc", Integer.toString(other.state().pid()), "ns", "net"));
        }
        if (!sandboxes.isOwnNamespace(mode)) {
            return Namespace.HOST;
        }
        Path file = layout.namespace(container.id());
        try {
            NamedNetns.delete(file);
            NamedNetns.create(file);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot keep a network namespace by " + file + ": " + e.getMessage(),
                    e);
        }
        return new Namespace.Join(file);
    }

    /** Joins the container to its networks and publishes its ports. */
    SandboxState join(Container container) {
        if (container.hostConfig().networkMode().startsWith(CONTAINER)) {
            return new SandboxState(List.of(), Map.of());
        }
        boolean own = isOwn(container);
        Path namespace = own ? layout.namespace(container.id()) : hostNamespace;
        if (own) {
            sandboxes.loopback(namespace);
        }
        return sandboxes.join(
                request(container, namespace, container.endpoints(), own ? bindings(container) : Map.of()));
    }

    private SandboxRequest request(
            Container container,
            Path namespace,
            List<EndpointState> endpoints,
            Map<String, List<PortBinding>> bindings) {
        Map<String, EndpointSettings> networks = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> networks.put(endpoint.networkId(), endpoint.settings()));
        return new SandboxRequest(
                container.id(),
                container.name(),
                namespace,
                networks,
                bindings,
                names(container, endpoints),
                NameFiles.resolution(container.hostConfig()));
    }

    /** Takes up a container that an earlier engine started. What fails is logged: the container runs, and goes on. */
    void resume(Container container) {
        if (!isOwn(container)) {
            return;
        }
        try {
            sandboxes.resume(request(container, layout.namespace(container.id()), container.endpoints(), Map.of()));
        } catch (RuntimeException e) {
            LOG.error("container {} finds no names until it is started again", container.id(), e);
        }
    }

    /** Joins a running container to one more network. */
    EndpointState joinMore(Container container, EndpointState wanted) {
        return sandboxes.joinMore(request(container, layout.namespace(container.id()), List.of(wanted), Map.of()));
    }

    /** Makes the default routes of a running container those of the endpoints that it has now. */
    void chooseGateways(Container container, List<EndpointState> endpoints) {
        sandboxes.chooseGateways(layout.namespace(container.id()), endpoints);
    }

    /** An endpoint that is there once the container runs. */
    EndpointState planOne(Container container, String networkId, EndpointSettings settings) {
        return idle(sandboxes.nameOf(networkId), container.id(), container.name(), container.config(), settings);
    }

    /** Takes a running container off one network. */
    void leave(Container container, String networkId) {
        sandboxes.leave(container.id(), networkId);
    }

    /** Takes a container off all its networks and removes its namespace. */
    void leave(Container container) {
        sandboxes.leave(container.id());
        try {
            NamedNetns.delete(layout.namespace(container.id()));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot remove the network namespace of container " + container.id() + ": " + e.getMessage(),
                    e);
        }
    }

    /** The endpoints of a container that has ended: what was asked for stays. */
    List<EndpointState> idle(Container container) {
        return container.endpoints().stream()
                .map(endpoint -> EndpointState.idle(
                        endpoint.networkName(), endpoint.networkId(), endpoint.settings(), endpoint.dnsNames()))
                .toList();
    }

    /** What a container publishes: what it asked for, and with {@code -P} all it exposes. */
    private static Map<String, List<PortBinding>> bindings(Container container) {
        HostConfig host = container.hostConfig();
        Map<String, List<PortBinding>> bindings = new LinkedHashMap<>(host.portBindings());
        if (host.publishAllPorts()) {
            container
                    .config()
                    .exposedPorts()
                    .keySet()
                    .forEach(port -> bindings.putIfAbsent(port, List.of(new PortBinding("", ""))));
        }
        return bindings;
    }

    /** What {@code inspect} shows of ports: those that hold, and exposed ones without a binding. */
    static Map<String, List<PortBinding>> shown(Container container, Map<String, List<PortBinding>> published) {
        Map<String, List<PortBinding>> shown = new LinkedHashMap<>();
        List<String> exposed = new ArrayList<>(container.config().exposedPorts().keySet());
        exposed.forEach(port -> shown.put(port, List.of()));
        shown.putAll(published);
        return shown;
    }
}
