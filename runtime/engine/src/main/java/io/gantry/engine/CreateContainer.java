package io.gantry.engine;

import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.HostConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A container to make.
 *
 * @param name empty for one that the engine makes up
 * @param config what runs
 * @param hostConfig how it runs
 * @param networks further networks and settings, by name; the network mode's own may be among them
 * @param platform {@code os/arch[/variant]}; empty for this machine's
 */
public record CreateContainer(
        Optional<String> name,
        ContainerConfig config,
        HostConfig hostConfig,
        Map<String, EndpointSettings> networks,
        Optional<String> platform) {
    /** Copies the map. */
    public CreateContainer {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(hostConfig, "hostConfig");
        networks = Collections.unmodifiableMap(new LinkedHashMap<>(networks));
        Objects.requireNonNull(platform, "platform");
    }
}
