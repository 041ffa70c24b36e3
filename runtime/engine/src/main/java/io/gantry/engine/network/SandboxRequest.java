package io.gantry.engine.network;

import io.gantry.engine.dns.Resolution;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.PortBinding;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a container that starts needs of networks.
 *
 * @param containerId the container
 * @param containerName its name
 * @param namespace its network namespace
 * @param networks the networks to join, by name or id
 * @param ports what to publish, by {@code 80/tcp}
 * @param names what it is called on each of the networks; none on networks without names
 * @param resolution how it resolves what is no name on its networks
 */
public record SandboxRequest(
        String containerId,
        String containerName,
        Path namespace,
        Map<String, EndpointSettings> networks,
        Map<String, List<PortBinding>> ports,
        Map<String, List<String>> names,
        Resolution resolution) {
    /** Copies the maps. */
    public SandboxRequest {
        networks = Collections.unmodifiableMap(new LinkedHashMap<>(networks));
        ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        names = Map.copyOf(names);
        Objects.requireNonNull(resolution, "resolution");
    }
}
