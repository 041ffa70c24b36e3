package io.gantry.engine.network;

import io.gantry.engine.EndpointState;
import io.gantry.engine.model.PortBinding;
import java.util.List;
import java.util.Map;

/**
 * What a container got of networks.
 *
 * @param endpoints its endpoints, the one with the default gateway first
 * @param ports what is published
 */
public record SandboxState(List<EndpointState> endpoints, Map<String, List<PortBinding>> ports) {
    /** Copies the list. */
    public SandboxState {
        endpoints = List.copyOf(endpoints);
    }
}
