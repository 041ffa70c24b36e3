package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.network.NetworkService;
import java.util.ArrayList;
import java.util.List;

/** Connects containers to networks and takes them off again, running or not. */
record Memberships(ContainerStore store, ContainerNetworks networks, NameFiles files)
        implements NetworkService.Membership {
    @Override
    public void connect(String networkId, String containerRef, EndpointSettings settings) {
        Entry entry = store.find(containerRef);
        entry.locked(() -> {
            Container container = entry.container();
            if (container.endpoints().stream()
                    .anyMatch(endpoint -> endpoint.networkId().equals(networkId))) {
                throw new EngineException(
                        EngineException.Kind.FORBIDDEN,
                        "endpoint with name " + container.name() + " already exists in network "
                                + container.endpoints().stream()
                                        .filter(endpoint -> endpoint.networkId().equals(networkId))
                                        .findFirst()
                                        .orElseThrow()
                                        .networkName());
            }
            if (!networks.isOwn(container)) {
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "container sharing network namespace with another container or host cannot be connected to any other network");
            }
            EndpointState planned = networks.planOne(container, networkId, settings);
            EndpointState joined = container.state().isUp() ? networks.joinMore(container, planned) : planned;
            List<EndpointState> all = new ArrayList<>(container.endpoints());
            all.add(joined);
            if (container.state().isUp()) {
                networks.chooseGateways(container, all);
                files.joined(container, joined, all);
            }
            setEndpoints(entry, all);
            return null;
        });
    }

    @Override
    public void disconnect(String networkId, String containerRef, boolean force) {
        Entry entry = store.find(containerRef);
        entry.locked(() -> {
            Container container = entry.container();
            List<EndpointState> left = container.endpoints().stream()
                    .filter(endpoint -> !endpoint.networkId().equals(networkId))
                    .toList();
            if (left.size() == container.endpoints().size()) {
                throw new EngineException(
                        EngineException.Kind.FORBIDDEN,
                        "container " + container.id() + " is not connected to network " + networks.nameOf(networkId));
            }
            if (!networks.isOwn(container)) {
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "container cannot be disconnected from host network or connected to host network");
            }
            if (container.state().isUp()) {
                networks.leave(container, networkId);
                networks.chooseGateways(container, left);
                container.endpoints().stream()
                        .filter(endpoint -> endpoint.networkId().equals(networkId))
                        .forEach(endpoint -> files.left(container, endpoint));
            }
            setEndpoints(entry, left);
            return null;
        });
    }

    private static void setEndpoints(Entry entry, List<EndpointState> endpoints) {
        entry.change(now -> Changes.network(now, endpoints, now.ports(), now.sandboxKey()));
    }

    @Override
    public List<String> users(String networkId) {
        return store.containers().stream()
                .filter(container -> container.endpoints().stream()
                        .anyMatch(endpoint -> endpoint.networkId().equals(networkId)))
                .map(Container::name)
                .toList();
    }
}
