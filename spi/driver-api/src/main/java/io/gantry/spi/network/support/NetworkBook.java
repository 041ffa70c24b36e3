package io.gantry.spi.network.support;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The networks and endpoints that an open driver knows, with the errors that the SPI wants. In memory; thread-safe.
 *
 * @param <N> what the driver knows of a network
 * @param <E> what the driver knows of an endpoint
 */
public final class NetworkBook<N, E> {
    private final Map<String, Entry<N, E>> networks = new ConcurrentHashMap<>();

    private record Entry<N, E>(String label, N network, Map<String, E> endpoints) {}

    /**
     * Adds a network.
     *
     * @param label the user's name for it
     * @throws AlreadyExistsException if the id is in use
     */
    public void add(String id, String label, N network) {
        if (networks.putIfAbsent(id, new Entry<>(label, network, new ConcurrentHashMap<>())) != null) {
            throw new AlreadyExistsException(
                    Problem.of("create network " + label, "a network of id " + id + " exists"));
        }
    }

    /** All networks. */
    public List<N> networks() {
        return networks.values().stream().map(Entry::network).toList();
    }

    /** The network of an id. */
    public Optional<N> find(String id) {
        return Optional.ofNullable(networks.get(id)).map(Entry::network);
    }

    /**
     * The network of an id that must be there.
     *
     * @throws NotFoundException if there is no network of that id
     */
    public N network(String id) {
        return entry(id).network();
    }

    /**
     * Refuses to go on if the network has endpoints.
     *
     * @throws FailedPreconditionException if the network has endpoints
     */
    public void requireUnused(String id) {
        Entry<N, E> entry = networks.get(id);
        if (entry != null && !entry.endpoints().isEmpty()) {
            throw new FailedPreconditionException(new Problem(
                    "delete network " + entry.label(), "network has active endpoints", "disconnect them first"));
        }
    }

    /** Removes a network with its endpoints; does nothing if there is none of that id. */
    public void remove(String id) {
        networks.remove(id);
    }

    /**
     * Adds an endpoint.
     *
     * @throws NotFoundException if there is no such network
     * @throws AlreadyExistsException if the endpoint id is in use
     */
    public void addEndpoint(String networkId, String endpointId, E endpoint) {
        Entry<N, E> entry = entry(networkId);
        if (entry.endpoints().putIfAbsent(endpointId, endpoint) != null) {
            throw new AlreadyExistsException(Problem.of(
                    "create endpoint " + endpointId + " on network " + entry.label(), "an endpoint of that id exists"));
        }
    }

    /** The endpoint of an id. */
    public Optional<E> findEndpoint(String networkId, String endpointId) {
        return Optional.ofNullable(networks.get(networkId))
                .map(entry -> entry.endpoints().get(endpointId));
    }

    /**
     * The endpoint of an id that must be there.
     *
     * @throws NotFoundException if there is no such network or endpoint
     */
    public E endpoint(String networkId, String endpointId) {
        Entry<N, E> entry = entry(networkId);
        E endpoint = entry.endpoints().get(endpointId);
        if (endpoint == null) {
            throw new NotFoundException(
                    Problem.of("use endpoint " + endpointId, "there is none of that id on network " + entry.label()));
        }
        return endpoint;
    }

    /** Removes an endpoint; does nothing if there is none of that id. */
    public void removeEndpoint(String networkId, String endpointId) {
        Entry<N, E> entry = networks.get(networkId);
        if (entry != null) {
            entry.endpoints().remove(endpointId);
        }
    }

    private Entry<N, E> entry(String id) {
        Entry<N, E> entry = networks.get(id);
        if (entry == null) {
            throw new NotFoundException(Problem.of("use network " + id, "there is none of that id"));
        }
        return entry;
    }
}
