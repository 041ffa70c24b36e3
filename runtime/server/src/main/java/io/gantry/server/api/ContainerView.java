package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.Containers.SizeReport;
import io.gantry.engine.MountPoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A container, listed and inspected. */
final class ContainerView {
    private ContainerView() {}

    /**
     * A row of {@code docker ps}.
     *
     * @param all among them those that are linked to it
     */
    static View row(Container container, List<Container> all, Instant now, Optional<SizeReport> size) {
        View view = new View()
                .put("Id", container.id())
                .put("Names", names(container, all))
                .put("Image", container.config().image())
                .put("ImageID", container.imageId())
                .put("Command", command(container))
                .put("Created", container.created().getEpochSecond())
                .put("Ports", EndpointView.portList(container));
        size.ifPresent(sizes -> view.put("SizeRw", sizes.writable()).put("SizeRootFs", sizes.rootFs()));
        return view.put("Labels", container.config().labels())
                .put("State", ContainerStatus.word(container.state()))
                .put("Status", ContainerStatus.sentence(container, now))
                .put(
                        "HostConfig",
                        new View().put("NetworkMode", container.hostConfig().networkMode()))
                .put("NetworkSettings", new View().put("Networks", EndpointView.networks(container)))
                .put("Mounts", mounts(container));
    }

    /** Its own name, and those that others have for it by links, such as {@code /web/db}. */
    private static List<String> names(Container container, List<Container> all) {
        String target = "/" + container.name() + ":/";
        return Stream.concat(
                        Stream.of("/" + container.name()),
                        all.stream()
                                .flatMap(other -> other.hostConfig().links().stream())
                                .filter(link -> link.startsWith(target))
                                .map(link -> link.substring(target.length() - 1)))
                .toList();
    }

    private static String command(Container container) {
        StringBuilder text = new StringBuilder(container.path());
        for (String argument : container.args()) {
            text.append(' ').append(argument.contains(" ") ? "'" + argument + "'" : argument);
        }
        return text.toString();
    }

    /** What {@code docker inspect} shows. */
    static View inspected(Container container, Optional<SizeReport> size) {
        View view = new View()
                .put("Id", container.id())
                .put("Created", container.created().toString())
                .put("Path", container.path())
                .put("Args", container.args())
                .put("State", ContainerStatus.state(container))
                .put("Image", container.imageId())
                .put("ResolvConfPath", "")
                .put("HostnamePath", "")
                .put("HostsPath", "")
                .put("LogPath", container.logPath().toString())
                .put("Name", "/" + container.name())
                .put("RestartCount", container.restartCount())
                .put("Driver", container.storageDriver())
                .put("Platform", "linux")
                .put("MountLabel", "")
                .put("ProcessLabel", "")
                .put("AppArmorProfile", "")
                .put("ExecIDs", Optional.of(container.execIds()).filter(ids -> !ids.isEmpty()))
                .put("HostConfig", container.hostConfig())
                .put("GraphDriver", new View().put("Data", Map.of()).put("Name", container.storageDriver()));
        size.ifPresent(sizes -> view.put("SizeRw", sizes.writable()).put("SizeRootFs", sizes.rootFs()));
        return view.put("Mounts", mounts(container))
                .put("Config", container.config())
                .put("NetworkSettings", EndpointView.settings(container));
    }

    private static List<View> mounts(Container container) {
        return container.mounts().stream().map(ContainerView::mount).toList();
    }

    private static View mount(MountPoint mount) {
        return new View()
                .put("Type", mount.type())
                .putIf(!mount.name().isEmpty(), "Name", mount.name())
                .put("Source", mount.source())
                .put("Destination", mount.destination())
                .putIf(!mount.driver().isEmpty(), "Driver", mount.driver())
                .put("Mode", mount.mode())
                .put("RW", mount.writable())
                .put("Propagation", mount.propagation());
    }
}
