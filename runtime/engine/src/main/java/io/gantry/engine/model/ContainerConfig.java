package io.gantry.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What runs: the part of a container that does not depend on the host, as in an image.
 *
 * @param hostname empty for the short id
 * @param domainname NIS domain
 * @param user {@code user[:group]}
 * @param attachStdin as the client said
 * @param attachStdout as the client said
 * @param attachStderr as the client said
 * @param exposedPorts {@code 80/tcp} as keys
 * @param tty a terminal
 * @param openStdin keep standard input open
 * @param stdinOnce close it when the first client leaves
 * @param env {@code NAME=value}
 * @param cmd arguments; empty to inherit
 * @param healthcheck empty to inherit
 * @param image as the user wrote it
 * @param volumes paths as keys
 * @param workingDir empty to inherit
 * @param entrypoint empty to inherit; a list that is empty or holds one empty text clears the image's
 * @param networkDisabled no network at all
 * @param macAddress for the first network, in old requests
 * @param onBuild triggers
 * @param labels labels
 * @param stopSignal empty to inherit
 * @param stopTimeout seconds
 * @param shell for shell forms
 */
public record ContainerConfig(
        String hostname,
        String domainname,
        String user,
        boolean attachStdin,
        boolean attachStdout,
        boolean attachStderr,
        Map<String, Map<String, Object>> exposedPorts,
        boolean tty,
        boolean openStdin,
        boolean stdinOnce,
        List<String> env,
        Optional<List<String>> cmd,
        Optional<Healthcheck> healthcheck,
        String image,
        Map<String, Map<String, Object>> volumes,
        String workingDir,
        Optional<List<String>> entrypoint,
        boolean networkDisabled,
        String macAddress,
        List<String> onBuild,
        Map<String, String> labels,
        String stopSignal,
        Optional<Integer> stopTimeout,
        Optional<List<String>> shell) {
    /** Nothing given. */
    public static final ContainerConfig NONE = new ContainerConfig(
            "",
            "",
            "",
            false,
            false,
            false,
            Map.of(),
            false,
            false,
            false,
            List.of(),
            Optional.empty(),
            Optional.empty(),
            "",
            Map.of(),
            "",
            Optional.empty(),
            false,
            "",
            List.of(),
            Map.of(),
            "",
            Optional.empty(),
            Optional.empty());

    /** Puts zero values in place of what was not given. */
    public ContainerConfig {
        hostname = hostname == null ? "" : hostname;
        domainname = domainname == null ? "" : domainname;
        user = user == null ? "" : user;
        exposedPorts = exposedPorts == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(exposedPorts));
        env = env == null ? List.of() : List.copyOf(env);
        cmd = cmd == null ? Optional.empty() : cmd;
        healthcheck = healthcheck == null ? Optional.empty() : healthcheck;
        image = image == null ? "" : image;
        volumes = volumes == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(volumes));
        workingDir = workingDir == null ? "" : workingDir;
        entrypoint = entrypoint == null ? Optional.empty() : entrypoint;
        macAddress = macAddress == null ? "" : macAddress;
        onBuild = onBuild == null ? List.of() : List.copyOf(onBuild);
        labels = labels == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        stopSignal = stopSignal == null ? "" : stopSignal;
        stopTimeout = stopTimeout == null ? Optional.empty() : stopTimeout;
        shell = shell == null ? Optional.empty() : shell;
    }
}
