package io.gantry.engine.container;

import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.Healthcheck;
import io.gantry.image.ContainerDefaults;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fills a container's configuration with what its image says, by Docker's rules. */
final class ConfigMerge {
    private ConfigMerge() {}

    /**
     * @param hostname what it is called if nothing else is asked for
     */
    static ContainerConfig merge(ContainerConfig given, ContainerDefaults image, String hostname) {
        boolean ownEntrypoint = given.entrypoint().isPresent();
        Optional<List<String>> entrypoint =
                given.entrypoint().or(image::entrypoint).filter(ConfigMerge::isReal);
        Optional<List<String>> cmd = given.cmd().filter(list -> !list.isEmpty());
        if (cmd.isEmpty() && !ownEntrypoint) {
            cmd = image.cmd();
        }
        return new ContainerConfig(
                given.hostname().isEmpty() ? hostname : given.hostname(),
                given.domainname(),
                given.user().isEmpty() ? image.user() : given.user(),
                given.attachStdin(),
                given.attachStdout(),
                given.attachStderr(),
                keys(
                        given.exposedPorts(),
                        image.exposedPorts().stream()
                                .map(port -> port.contains("/") ? port : port + "/tcp")
                                .toList()),
                given.tty(),
                given.openStdin(),
                given.stdinOnce(),
                env(given.env(), image.env()),
                cmd,
                healthcheck(given, image),
                given.image(),
                keys(given.volumes(), image.volumes()),
                given.workingDir().isEmpty() ? image.workingDir() : given.workingDir(),
                entrypoint,
                given.networkDisabled(),
                given.macAddress(),
                given.onBuild(),
                labels(given.labels(), image.labels()),
                given.stopSignal().isEmpty() ? image.stopSignal() : given.stopSignal(),
                given.stopTimeout(),
                given.shell().or(() -> image.shell().isEmpty() ? Optional.empty() : Optional.of(image.shell())));
    }

    /** The program and its arguments. */
    static List<String> commandLine(ContainerConfig config) {
        List<String> all = new ArrayList<>(config.entrypoint().orElse(List.of()));
        all.addAll(config.cmd().orElse(List.of()));
        return all;
    }

    private static boolean isReal(List<String> entrypoint) {
        return !entrypoint.isEmpty() && !entrypoint.equals(List.of(""));
    }

    private static List<String> env(List<String> given, List<String> image) {
        Map<String, String> byName = new LinkedHashMap<>();
        given.forEach(pair -> byName.put(nameOf(pair), pair));
        image.forEach(pair -> byName.putIfAbsent(nameOf(pair), pair));
        // A name without a value takes what the image says away.
        byName.values().removeIf(pair -> pair.indexOf('=') < 0);
        return List.copyOf(byName.values());
    }

    private static String nameOf(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0 ? pair : pair.substring(0, equals);
    }

    private static Map<String, Map<String, Object>> keys(Map<String, Map<String, Object>> given, List<String> image) {
        Map<String, Map<String, Object>> keys = new LinkedHashMap<>();
        image.forEach(key -> keys.put(key, Map.of()));
        given.keySet().forEach(key -> keys.put(key, Map.of()));
        return keys;
    }

    private static Map<String, String> labels(Map<String, String> given, Map<String, String> image) {
        Map<String, String> labels = new LinkedHashMap<>(image);
        labels.putAll(given);
        return labels;
    }

    private static Optional<Healthcheck> healthcheck(ContainerConfig given, ContainerDefaults image) {
        Optional<Healthcheck> ofImage = image.healthcheck()
                .map(check -> new Healthcheck(
                        check.test(),
                        check.interval().toNanos(),
                        check.timeout().toNanos(),
                        check.retries(),
                        check.startPeriod().toNanos(),
                        check.startInterval().toNanos()));
        if (given.healthcheck().isEmpty() || ofImage.isEmpty()) {
            return given.healthcheck().or(() -> ofImage);
        }
        Healthcheck mine = given.healthcheck().get();
        Healthcheck theirs = ofImage.get();
        return Optional.of(new Healthcheck(
                mine.test().isEmpty() ? theirs.test() : mine.test(),
                mine.interval() == 0 ? theirs.interval() : mine.interval(),
                mine.timeout() == 0 ? theirs.timeout() : mine.timeout(),
                mine.retries() == 0 ? theirs.retries() : mine.retries(),
                mine.startPeriod() == 0 ? theirs.startPeriod() : mine.startPeriod(),
                mine.startInterval() == 0 ? theirs.startInterval() : mine.startInterval()));
    }
}
