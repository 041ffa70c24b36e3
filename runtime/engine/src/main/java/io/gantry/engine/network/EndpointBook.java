package io.gantry.engine.network;

import io.gantry.engine.state.Documents;
import io.gantry.engine.state.StateDatabase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All endpoints, in memory and in the database. */
final class EndpointBook {
    private final Documents<StoredEndpoint> documents;
    private final Map<String, StoredEndpoint> endpoints = new ConcurrentHashMap<>();

    EndpointBook(StateDatabase state) {
        this.documents = state.documents("endpoint", StoredEndpoint.class);
        endpoints.putAll(documents.all());
    }

    void put(StoredEndpoint endpoint) {
        documents.put(endpoint.id(), endpoint);
        endpoints.put(endpoint.id(), endpoint);
    }

    void delete(String id) {
        endpoints.remove(id);
        documents.delete(id);
    }

    List<StoredEndpoint> all() {
        return List.copyOf(endpoints.values());
    }

    List<StoredEndpoint> onNetwork(String networkId) {
        return endpoints.values().stream()
                .filter(endpoint -> endpoint.networkId().equals(networkId))
                .toList();
    }

    List<StoredEndpoint> ofContainer(String containerId) {
        return endpoints.values().stream()
                .filter(endpoint -> endpoint.containerId().equals(containerId))
                .toList();
    }
}
