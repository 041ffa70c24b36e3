package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.Containers;
import io.gantry.engine.EngineException;
import io.gantry.engine.Images;
import io.gantry.engine.model.PortBinding;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which containers {@code docker ps} shows. */
final class ContainerFilter {
    private static final Set<String> KNOWN = Set.of(
            "ancestor",
            "before",
            "exited",
            "expose",
            "health",
            "id",
            "is-task",
            "isolation",
            "label",
            "label!",
            "name",
            "network",
            "publish",
            "since",
            "status",
            "volume");
    private static final Set<String> STATUSES =
            Set.of("created", "running", "paused", "restarting", "removing", "exited", "dead");

    private final Containers containers;
    private final Images images;
    private final Filters filters;
    private final boolean all;
    private final int limit;

    private ContainerFilter(Containers containers, Images images, Filters filters, boolean all, int limit) {
        this.containers = containers;
        this.images = images;
        this.filters = filters;
        this.all = all;
        this.limit = limit;
    }

    static ContainerFilter of(Exchange exchange, Containers containers, Images images) {
        Filters filters = Filters.of(exchange, KNOWN);
        for (String status : filters.all("status")) {
            if (!STATUSES.contains(status)) {
                throw HttpError.badRequest("invalid filter 'status=" + status + "'");
            }
        }
        for (String code : filters.all("exited")) {
            if (!code.matches("-?\\d{1,9}")) {
                throw HttpError.badRequest("invalid filter 'exited=" + code + "'");
            }
        }
        int limit = exchange.query().integer("limit").orElse(0);
        boolean wide = exchange.query().flag("all")
                || limit > 0
                || filters.has("status")
                || filters.has("exited")
                || filters.has("since")
                || filters.has("before");
        return new ContainerFilter(containers, images, filters, wide, limit);
    }

    /** The youngest first. */
    List<Container> list() {
        Optional<Instant> before = bound("before");
        Optional<Instant> since = bound("since");
        List<String> ancestors = ancestors();
        Stream<Container> found = containers.list().stream()
                .filter(container -> all || container.state().isUp())
                .filter(container -> before.map(container.created()::isBefore).orElse(true))
                .filter(container -> since.map(container.created()::isAfter).orElse(true))
                .filter(container -> !filters.has("ancestor") || isDescendant(container, ancestors))
                .filter(this::accepts);
        return (limit > 0 ? found.limit(limit) : found).toList();
    }

    private Optional<Instant> bound(String name) {
        return filters.all(name).stream()
                .findFirst()
                .map(ref -> containers.find(ref).created());
    }

    /** The images named by the filter: their identities, and the names as given. */
    private List<String> ancestors() {
        List<String> found = new ArrayList<>();
        for (String ref : filters.all("ancestor")) {
            found.add(ref);
            try {
                Images.Image image = images.find(ref);
                found.add(image.id());
                found.addAll(image.diffIds().isEmpty() ? List.of() : List.of(top(image)));
            } catch (EngineException e) {
                // no image, no descendants
            }
        }
        return found;
    }

    private static String top(Images.Image image) {
        return String.join(",", image.diffIds());
    }

    private boolean isDescendant(Container container, List<String> ancestors) {
        if (ancestors.contains(container.imageId())
                || ancestors.contains(container.config().image())) {
            return true;
        }
        try {
            String layers = top(images.find(container.imageId()));
            return ancestors.stream().anyMatch(wanted -> layers.equals(wanted) || layers.startsWith(wanted + ","));
        } catch (EngineException e) {
            return false;
        }
    }

    private boolean accepts(Container container) {
        return filters.any("id", wanted -> container.id().startsWith(wanted))
                && (filters.matches("name", container.name()) || filters.matches("name", "/" + container.name()))
                && filters.labels(container.config().labels())
                && filters.any(
                        "status",
                        wanted -> ContainerStatus.word(container.state()).equals(wanted))
                && filters.any("exited", wanted -> hasExited(container, Integer.parseInt(wanted)))
                && filters.any(
                        "health",
                        wanted -> ContainerStatus.healthWord(container).equals(wanted))
                && filters.any("is-task", wanted -> !Boolean.parseBoolean(wanted))
                && filters.any("volume", wanted -> usesVolume(container, wanted))
                && filters.any("network", wanted -> isOn(container, wanted))
                && filters.any("publish", wanted -> publishes(container, wanted))
                && filters.any("expose", wanted -> exposes(container, wanted));
    }

    private static boolean hasExited(Container container, int code) {
        return !container.state().isUp()
                && !container.state().finishedAt().equals(io.gantry.engine.ContainerState.NEVER)
                && container.state().exitCode() == code;
    }

    private static boolean usesVolume(Container container, String wanted) {
        return container.mounts().stream()
                .anyMatch(mount ->
                        mount.name().equals(wanted) || mount.destination().equals(wanted));
    }

    private static boolean isOn(Container container, String wanted) {
        return container.endpoints().stream()
                .anyMatch(endpoint -> endpoint.networkName().equals(wanted)
                        || endpoint.networkId().equals(wanted)
                        || (wanted.length() >= 12 && endpoint.networkId().startsWith(wanted)));
    }

    private static boolean publishes(Container container, String wanted) {
        PortRange range = PortRange.parse("publish", wanted);
        return container.ports().entrySet().stream()
                .flatMap(port -> port.getValue().stream().map(binding -> Map.entry(port.getKey(), binding)))
                .anyMatch(port -> range.holds(publicPort(port.getValue()), protocol(port.getKey())));
    }

    private static int publicPort(PortBinding binding) {
        return binding.hostPort().matches("\\d{1,5}") ? Integer.parseInt(binding.hostPort()) : -1;
    }

    private static boolean exposes(Container container, String wanted) {
        PortRange range = PortRange.parse("expose", wanted);
        return Stream.concat(container.config().exposedPorts().keySet().stream(), container.ports().keySet().stream())
                .anyMatch(port -> range.holds(number(port), protocol(port)));
    }

    private static int number(String port) {
        String digits = port.split("/", 2)[0];
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : -1;
    }

    private static String protocol(String port) {
        return port.contains("/") ? port.substring(port.indexOf('/') + 1) : "tcp";
    }

    /** {@code 80}, {@code 80/udp} or {@code 8000-8080/tcp}. */
    private record PortRange(int first, int last, String protocol) {
        static PortRange parse(String filter, String text) {
            if (!text.matches("\\d{1,5}(-\\d{1,5})?(/[a-z]+)?")) {
                throw HttpError.badRequest("invalid filter '" + filter + "=" + text + "'");
            }
            String[] parts = text.split("/", 2);
            String[] bounds = parts[0].split("-", 2);
            int first = Integer.parseInt(bounds[0]);
            return new PortRange(
                    first,
                    bounds.length > 1 ? Integer.parseInt(bounds[1]) : first,
                    parts.length > 1 ? parts[1] : "tcp");
        }

        boolean holds(int port, String wanted) {
            return port >= first && port <= last && protocol.equals(wanted);
        }
    }
}
