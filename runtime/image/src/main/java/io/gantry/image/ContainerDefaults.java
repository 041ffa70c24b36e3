package io.gantry.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an image says about the containers made from it: the object {@code config} of its config.
 *
 * @param user as {@code --user} takes it; empty for root
 * @param exposedPorts such as {@code 80/tcp}
 * @param env {@code NAME=value}
 * @param entrypoint empty and absent differ: an empty list takes an inherited one away
 * @param cmd as for {@code entrypoint}
 * @param volumes paths that become anonymous volumes
 * @param workingDir empty for {@code /}
 * @param labels notes
 * @param stopSignal empty for the default
 * @param healthcheck how to probe the container
 * @param shell the shell form's shell, empty for the default
 * @param onBuild triggers for builds upon this image
 */
public record ContainerDefaults(
        String user,
        List<String> exposedPorts,
        List<String> env,
        Optional<List<String>> entrypoint,
        Optional<List<String>> cmd,
        List<String> volumes,
        String workingDir,
        Map<String, String> labels,
        String stopSignal,
        Optional<Healthcheck> healthcheck,
        List<String> shell,
        List<String> onBuild) {

    /**
     * A health check.
     *
     * @param test {@code [NONE]}, {@code [CMD, …]} or {@code [CMD-SHELL, …]}; empty inherits
     * @param interval between checks; zero inherits
     * @param timeout of one check; zero inherits
     * @param startPeriod in which failures do not count; zero inherits
     * @param startInterval between checks within the start period; zero inherits
     * @param retries failures in a row until unhealthy; zero inherits
     */
    public record Healthcheck(
            List<String> test,
            Duration interval,
            Duration timeout,
            Duration startPeriod,
            Duration startInterval,
            int retries) {
        /** Copies the list. */
        public Healthcheck {
            test = List.copyOf(test);
        }
    }

    /** Copies the collections. */
    public ContainerDefaults {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(workingDir, "workingDir");
        Objects.requireNonNull(stopSignal, "stopSignal");
        Objects.requireNonNull(healthcheck, "healthcheck");
        exposedPorts = List.copyOf(exposedPorts);
        env = List.copyOf(env);
        entrypoint = entrypoint.map(List::copyOf);
        cmd = cmd.map(List::copyOf);
        volumes = List.copyOf(volumes);
        labels = Map.copyOf(labels);
        shell = List.copyOf(shell);
        onBuild = List.copyOf(onBuild);
    }

    /** Nothing said. */
    public static ContainerDefaults none() {
        return new ContainerDefaults(
                "",
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                "",
                Map.of(),
                "",
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** The same with another environment and command, for images made on the spot. */
    public ContainerDefaults with(List<String> newEnv, List<String> newCmd) {
        return new ContainerDefaults(
                user,
                exposedPorts,
                newEnv,
                entrypoint,
                Optional.of(newCmd),
                volumes,
                workingDir,
                labels,
                stopSignal,
                healthcheck,
                shell,
                onBuild);
    }

    static ContainerDefaults read(JsonReader config) throws ImageFormatException {
        return new ContainerDefaults(
                config.text("User", ""),
                config.keys("ExposedPorts"),
                config.list("Env").orElse(List.of()),
                config.list("Entrypoint"),
                config.list("Cmd"),
                config.keys("Volumes"),
                config.text("WorkingDir", ""),
                config.texts("Labels"),
                config.text("StopSignal", ""),
                config.has("Healthcheck") ? Optional.of(healthcheck(config.object("Healthcheck"))) : Optional.empty(),
                config.list("Shell").orElse(List.of()),
                config.list("OnBuild").orElse(List.of()));
    }

    private static Healthcheck healthcheck(JsonReader check) throws ImageFormatException {
        return new Healthcheck(
                check.list("Test").orElse(List.of()),
                Duration.ofNanos(check.number("Interval", 0)),
                Duration.ofNanos(check.number("Timeout", 0)),
                Duration.ofNanos(check.number("StartPeriod", 0)),
                Duration.ofNanos(check.number("StartInterval", 0)),
                (int) check.number("Retries", 0));
    }

    ObjectNode toJson() {
        ObjectNode node = JsonWriter.object();
        putText(node, "User", user);
        putKeys(node, "ExposedPorts", exposedPorts);
        putList(node, "Env", env);
        entrypoint.ifPresent(list -> JsonWriter.putList(node, "Entrypoint", list));
        cmd.ifPresent(list -> JsonWriter.putList(node, "Cmd", list));
        putKeys(node, "Volumes", volumes);
        putText(node, "WorkingDir", workingDir);
        JsonWriter.putTexts(node, "Labels", labels);
        putText(node, "StopSignal", stopSignal);
        healthcheck.ifPresent(check -> node.set("Healthcheck", toJson(check)));
        putList(node, "Shell", shell);
        putList(node, "OnBuild", onBuild);
        return node;
    }

    private static ObjectNode toJson(Healthcheck check) {
        ObjectNode node = JsonWriter.object();
        putList(node, "Test", check.test());
        putDuration(node, "Interval", check.interval());
        putDuration(node, "Timeout", check.timeout());
        putDuration(node, "StartPeriod", check.startPeriod());
        putDuration(node, "StartInterval", check.startInterval());
        if (check.retries() != 0) {
            node.put("Retries", check.retries());
        }
        return node;
    }

    private static void putDuration(ObjectNode node, String key, Duration value) {
        if (!value.isZero()) {
            node.put(key, value.toNanos());
        }
    }

    private static void putText(ObjectNode node, String key, String value) {
        if (!value.isEmpty()) {
            node.put(key, value);
        }
    }

    private static void putList(ObjectNode node, String key, List<String> values) {
        if (!values.isEmpty()) {
            JsonWriter.putList(node, key, values);
        }
    }

    private static void putKeys(ObjectNode node, String key, List<String> keys) {
        if (!keys.isEmpty()) {
            ObjectNode object = node.putObject(key);
            keys.stream().sorted().forEach(object::putObject);
        }
    }
}
