package io.gantry.server.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import io.gantry.server.serve.ServedNetwork.Endpoint;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network driver in the words of Docker's remote protocol. What another engine made is kept in a database and handed back to the driver after a restart. Calls for one network follow each other; those for
 * several run side by side.
 */
public final class ServedDriver {
    private final String name;
    private final OpenDrivers drivers;
    private final NetworkDriver driver;
    private final NetworkTraits traits;
    private final Documents<ServedNetwork> networks;
    private final Documents<Endpoint> endpoints;
    private final Map<String, Object> locks = new ConcurrentHashMap<>();

    private ServedDriver(String name, OpenDrivers drivers, StateDatabase state) {
        this.name = name;
        this.drivers = drivers;
        this.driver = drivers.network(name);
        this.traits = drivers.catalogue().network(name).traits();
        this.networks = state.documents("served-network", ServedNetwork.class);
        this.endpoints = state.documents("served-endpoint", Endpoint.class);
    }

    /**
     * Opens a driver, with the networks that it had.
     *
     * @throws io.gantry.spi.DriverException if there is no such driver, or it does not work here
     */
    public static ServedDriver open(String name, OpenDrivers drivers, StateDatabase state) {
        NetworkTraits traits = drivers.catalogue().network(name).traits();
        if (!traits.userNetworks()) {
            throw new InvalidArgumentException(new Problem(
                    "serve the network driver " + name,
                    "users cannot make networks of it",
                    "serve one of which they can, such as bridge"));
        }
        ServedDriver served = new ServedDriver(name, drivers, state);
        served.restore();
        return served;
    }

    Map<String, Object> activate() {
        return Map.of("Implements", List.of("NetworkDriver"));
    }

    Map<String, Object> capabilities() {
        String scope = traits.scope() == NetworkTraits.Scope.GLOBAL ? "global" : "local";
        return Map.of("Scope", scope, "ConnectivityScope", scope);
    }

    Map<String, Object> createNetwork(JsonNode request) {
        ServedNetwork asked = RemoteRequest.network(request);
        return locked(asked.id(), () -> {
            Map<String, String> state = driver.createNetwork(spec(asked));
            networks.put(
                    asked.id(), new ServedNetwork(asked.id(), asked.options(), asked.pools(), asked.internal(), state));
            return Map.of();
        });
    }

    Map<String, Object> deleteNetwork(JsonNode request) {
        String id = RemoteRequest.networkId(request);
        return locked(id, () -> {
            driver.deleteNetwork(id);
            networks.delete(id);
            locks.remove(id);
            return Map.of();
        });
    }

    Map<String, Object> createEndpoint(JsonNode request) {
        Endpoint asked = RemoteRequest.endpoint(
                request, drivers.catalogue().network(name).options());
        return locked(asked.networkId(), () -> {
            EndpointPlan plan = driver.createEndpoint(spec(asked));
            endpoints.put(
                    asked.id(),
                    new Endpoint(
                            asked.networkId(),
                            asked.id(),
                            asked.ipv4(),
                            asked.ipv6(),
                            asked.mac(),
                            asked.options(),
                            plan.mac().map(MacAddress::value).orElse(""),
                            plan.state(),
                            false,
                            List.of()));
            return Map.of("Interface", RemoteAnswer.added(asked, plan));
        });
    }

    Map<String, Object> deleteEndpoint(JsonNode request) {
        String network = RemoteRequest.networkId(request);
        String id = RemoteRequest.endpointId(request);
        return locked(network, () -> {
            driver.deleteEndpoint(network, id);
            endpoints.delete(id);
            return Map.of();
        });
    }

    Map<String, Object> endpointInfo(JsonNode request) {
        return Map.of(
                "Value", driver.endpointInfo(RemoteRequest.networkId(request), RemoteRequest.endpointId(request)));
    }

    Map<String, Object> join(JsonNode request) {
        String network = RemoteRequest.networkId(request);
        String id = RemoteRequest.endpointId(request);
        Path sandbox = Path.of(RemoteRequest.text(request, "SandboxKey"));
        return locked(network, () -> {
            Endpoint endpoint = endpoint(id);
            // The protocol does not say whose namespace it is.
            Attachment attachment = driver.attach(network, id, new Sandbox(id, sandbox));
            endpoints.put(id, endpoint.attached(true));
            return RemoteAnswer.joined(attachment);
        });
    }

    Map<String, Object> leave(JsonNode request) {
        String network = RemoteRequest.networkId(request);
        String id = RemoteRequest.endpointId(request);
        return locked(network, () -> {
            driver.detach(network, id);
            endpoints.get(id).ifPresent(endpoint -> endpoints.put(id, endpoint.attached(false)));
            return Map.of();
        });
    }

    Map<String, Object> publish(JsonNode request) {
        String network = RemoteRequest.networkId(request);
        String id = RemoteRequest.endpointId(request);
        return locked(network, () -> {
            Endpoint endpoint = endpoint(id);
            Optional<PortPublisher> publisher = driver.capability(PortPublisher.class);
            List<PortMapping> mappings =
                    RemoteRequest.ports(request, !endpoint.ipv6().isEmpty());
            if (publisher.isPresent() && !mappings.isEmpty()) {
                publisher.get().publish(network, id, mappings);
                endpoints.put(id, endpoint.publishing(mappings));
            }
            return Map.of();
        });
    }

    Map<String, Object> unpublish(JsonNode request) {
        String network = RemoteRequest.networkId(request);
        String id = RemoteRequest.endpointId(request);
        return locked(network, () -> {
            driver.capability(PortPublisher.class).ifPresent(publisher -> publisher.unpublish(network, id));
            endpoints.get(id).ifPresent(endpoint -> endpoints.put(id, endpoint.publishing(List.of())));
            return Map.of();
        });
    }

    private void restore() {
        List<Endpoint> all = List.copyOf(endpoints.all().values());
        Optional<Restorable> restorable = driver.capability(Restorable.class);
        if (restorable.isPresent()) {
            restorable
                    .get()
                    .restore(networks.all().values().stream()
                            .map(network -> restored(network, all))
                            .toList());
        } else {
            networks.all().values().forEach(network -> driver.createNetwork(spec(network)));
        }
    }

    private Restorable.RestoredNetwork restored(ServedNetwork network, List<Endpoint> all) {
        return new Restorable.RestoredNetwork(
                spec(network),
                network.state(),
                all.stream()
                        .filter(endpoint -> endpoint.networkId().equals(network.id()))
                        .map(endpoint -> new Restorable.RestoredEndpoint(
                                spec(endpoint),
                                endpoint.plan(),
                                endpoint.attached(),
                                endpoint.ports().stream()
                                        .map(ServedNetwork.Port::mapping)
                                        .toList()))
                        .toList());
    }

    /** Of a network's name the protocol does not tell. */
    private NetworkSpec spec(ServedNetwork network) {
        Options options = drivers.networkOptions(name, network.options());
        return new NetworkSpec(
                network.id(),
                network.id().substring(0, Math.min(12, network.id().length())),
                options,
                traits.addressed()
                        ? network.pools().stream().map(ServedNetwork.Pool::data).toList()
                        : List.of(),
                network.internal());
    }

    private EndpointSpec spec(Endpoint endpoint) {
        return new EndpointSpec(
                endpoint.networkId(),
                endpoint.id(),
                ServedNetwork.optional(endpoint.ipv4()).map(Cidr::parse),
                ServedNetwork.optional(endpoint.ipv6()).map(Cidr::parse),
                ServedNetwork.optional(endpoint.mac()).map(MacAddress::new),
                drivers.endpointOptions(name, endpoint.options()));
    }

    private Endpoint endpoint(String id) {
        return endpoints
                .get(id)
                .orElseThrow(() ->
                        new NotFoundException(Problem.of("find endpoint " + id, "there is no endpoint of that id")));
    }

    private interface Work {
        Map<String, Object> run();
    }

    private Map<String, Object> locked(String networkId, Work work) {
        synchronized (locks.computeIfAbsent(networkId, id -> new Object())) {
            return work.run();
        }
    }
}
