package io.gantry.engine;

import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.PortBinding;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A container as it was at one moment.
 *
 * @param id 64 hexadecimal digits
 * @param name without a leading slash
 * @param created when it was made
 * @param imageId {@code sha256:…} of the image's configuration
 * @param config what runs, merged with the image's configuration
 * @param hostConfig how it runs
 * @param state what it is doing
 * @param storageDriver the driver that holds its layer
 * @param mounts its mounts, resolved
 * @param endpoints its endpoints, the one with the default gateway first
 * @param ports what is published, by {@code 80/tcp}; an empty list for exposed ports that are not
 * @param sandboxKey the file of its network namespace; empty if it has none of its own
 * @param logPath where its output is kept
 * @param restartCount how often its restart policy started it
 * @param path the program that runs
 * @param args its arguments
 * @param execIds execs that have not been forgotten
 * @param health of a container that was started and is tested
 */
public record Container(
        String id,
        String name,
        Instant created,
        String imageId,
        ContainerConfig config,
        HostConfig hostConfig,
        ContainerState state,
        String storageDriver,
        List<MountPoint> mounts,
        List<EndpointState> endpoints,
        Map<String, List<PortBinding>> ports,
        String sandboxKey,
        Path logPath,
        int restartCount,
        String path,
        List<String> args,
        List<String> execIds,
        Optional<Health> health) {
    /** Copies the collections. */
    public Container {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(state, "state");
        mounts = List.copyOf(mounts);
        endpoints = List.copyOf(endpoints);
        ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        args = List.copyOf(args);
        execIds = List.copyOf(execIds);
        health = health == null ? Optional.empty() : health;
    }
}
