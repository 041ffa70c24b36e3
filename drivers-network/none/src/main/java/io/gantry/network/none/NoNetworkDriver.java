package io.gantry.network.none;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkCapability;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Puts nothing into the sandbox: the container has its loopback device alone. Only remembers what exists. */
final class NoNetworkDriver implements NetworkDriver, Restorable {
    private final Map<String, Set<String>> endpoints = new HashMap<>();

    @Override
    public synchronized Map<String, String> createNetwork(NetworkSpec spec) {
        if (endpoints.putIfAbsent(spec.id(), new HashSet<>()) != null) {
            throw new AlreadyExistsException(
                    Problem.of("create network " + spec.name(), "a network of id " + spec.id() + " exists"));
        }
        return Map.of();
    }

    @Override
    public synchronized void deleteNetwork(String networkId) {
        if (!endpoints.getOrDefault(networkId, Set.of()).isEmpty()) {
            throw new FailedPreconditionException(
                    new Problem("delete network " + networkId, "network has active endpoints", "disconnect them"));
        }
        endpoints.remove(networkId);
    }

    @Override
    public synchronized EndpointPlan createEndpoint(EndpointSpec spec) {
        if (!network(spec.networkId()).add(spec.endpointId())) {
            throw new AlreadyExistsException(
                    Problem.of("create endpoint " + spec.endpointId(), "an endpoint of that id exists"));
        }
        return new EndpointPlan(Optional.empty(), Map.of());
    }

    @Override
    public synchronized Attachment attach(String networkId, String endpointId, Sandbox sandbox) {
        if (!network(networkId).contains(endpointId)) {
            throw new NotFoundException(Problem.of("attach endpoint " + endpointId, "there is none of that id"));
        }
        return new Attachment.None();
    }

    @Override
    public void detach(String networkId, String endpointId) {
        // Nothing was put into the sandbox.
    }

    @Override
    public synchronized void deleteEndpoint(String networkId, String endpointId) {
        Set<String> known = endpoints.get(networkId);
        if (known != null) {
            known.remove(endpointId);
        }
    }

    @Override
    public Map<String, String> endpointInfo(String networkId, String endpointId) {
        return Map.of();
    }

    @Override
    public synchronized void restore(List<RestoredNetwork> networks) {
        for (RestoredNetwork network : networks) {
            Set<String> known = new HashSet<>();
            network.endpoints().forEach(endpoint -> known.add(endpoint.spec().endpointId()));
            endpoints.put(network.spec().id(), known);
        }
    }

    @Override
    public <T extends NetworkCapability> Optional<T> capability(Class<T> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void close() {
        // There is only memory.
    }

    private Set<String> network(String networkId) {
        Set<String> known = endpoints.get(networkId);
        if (known == null) {
            throw new NotFoundException(Problem.of("use network " + networkId, "there is none of that id"));
        }
        return known;
    }
}
