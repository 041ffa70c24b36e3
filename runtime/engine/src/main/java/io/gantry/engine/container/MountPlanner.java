package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.MountPoint;
import io.gantry.engine.Volumes;
import io.gantry.engine.model.ContainerConfig;
import io.gantry.engine.model.HostConfig;
import io.gantry.engine.model.MountRequest;
import io.gantry.engine.model.VolumeDriverConfig;
import io.gantry.engine.model.VolumeOptions;
import io.gantry.engine.volume.VolumeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads what a request wants mounted, makes the volumes it needs, and says what is mounted where. By Docker's precedence: {@code --volumes-from}, then {@code -v}, then {@code --mount}, then the image's volumes. */
final class MountPlanner {
    private static final Pattern VOLUME_NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final Set<String> PROPAGATIONS =
            Set.of("shared", "rshared", "slave", "rslave", "private", "rprivate");
    private static final Set<String> OTHER_MODES =
            Set.of("ro", "rw", "z", "Z", "nocopy", "copy", "cached", "delegated", "consistent");

    private final VolumeService volumes;
    private final Function<String, Container> containers;
    private final Consumer<String> made;

    /**
     * @param made is told the name of each volume that was made, so that it can be removed if the container cannot be
     */
    MountPlanner(VolumeService volumes, Function<String, Container> containers, Consumer<String> made) {
        this.volumes = volumes;
        this.containers = containers;
        this.made = made;
    }

    /** Everything that will be mounted, by destination. */
    List<MountPoint> plan(ContainerConfig config, HostConfig host) {
        Map<String, MountPoint> byDestination = new LinkedHashMap<>();
        host.volumesFrom().forEach(from -> inherit(from, byDestination));
        Set<String> own = new HashSet<>();
        for (String bind : host.binds()) {
            add(fromBind(bind, host), own, byDestination);
        }
        for (MountRequest mount : host.mounts()) {
            add(fromMount(mount), own, byDestination);
        }
        host.tmpfs()
                .forEach((path, options) -> add(
                        new MountPoint(
                                "tmpfs",
                                "",
                                "",
                                destination(path),
                                "",
                                options,
                                !List.of(options.split(",")).contains("ro"),
                                ""),
                        own,
                        byDestination));
        for (String path : config.volumes().keySet()) {
            String destination = destination("/" + path);
            if (!byDestination.containsKey(destination)) {
                byDestination.put(
                        destination, volume("", destination, host.volumeDriver(), "", true, VolumeOptions.NONE));
            }
        }
        return List.copyOf(byDestination.values());
    }

    private static void add(MountPoint mount, Set<String> own, Map<String, MountPoint> byDestination) {
        if (!own.add(mount.destination())) {
            throw new EngineException(EngineException.Kind.INVALID, "Duplicate mount point: " + mount.destination());
        }
        byDestination.put(mount.destination(), mount);
    }

    private void inherit(String from, Map<String, MountPoint> byDestination) {
        String[] parts = from.split(":", 2);
        boolean readOnly =
                parts.length == 2 && Arrays.asList(parts[1].split(",")).contains("ro");
        for (MountPoint mount : containers.apply(parts[0]).mounts()) {
            if (!mount.type().equals("tmpfs")) {
                byDestination.put(
                        mount.destination(),
                        new MountPoint(
                                mount.type(),
                                mount.name(),
                                mount.source(),
                                mount.destination(),
                                mount.driver(),
                                mount.mode(),
                                mount.writable() && !readOnly,
                                mount.propagation()));
            }
        }
    }

    private MountPoint fromBind(String bind, HostConfig host) {
        String[] parts = bind.split(":", -1);
        boolean wrong = parts.length > 3 || parts[0].isEmpty() || (parts.length > 1 && parts[1].isEmpty());
        if (wrong) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid volume specification: '" + bind + "'");
        }
        if (parts.length == 1) {
            return volume("", destination(parts[0]), host.volumeDriver(), "", true, VolumeOptions.NONE);
        }
        String mode = parts.length == 3 ? parts[2] : "";
        List<String> modes = mode.isEmpty() ? List.of() : List.of(mode.split(","));
        for (String one : modes) {
            if (!PROPAGATIONS.contains(one) && !OTHER_MODES.contains(one)) {
                throw new EngineException(EngineException.Kind.INVALID, "invalid mode: " + mode);
            }
        }
        if (!parts[1].startsWith("/")) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid volume specification: '" + bind + "': invalid mount config for type \""
                            + (parts[0].startsWith("/") ? "bind" : "volume") + "\": invalid mount path: '" + parts[1]
                            + "' mount path must be absolute");
        }
        String destination = destination(parts[1]);
        boolean writable = !modes.contains("ro");
        if (!parts[0].startsWith("/")) {
            VolumeOptions options = new VolumeOptions(modes.contains("nocopy"), Map.of(), Optional.empty(), "");
            return volume(parts[0], destination, host.volumeDriver(), mode, writable, options);
        }
        String propagation =
                modes.stream().filter(PROPAGATIONS::contains).findFirst().orElse("rprivate");
        Path source = Path.of(parts[0]).normalize();
        makeSource(source);
        return new MountPoint("bind", "", source.toString(), destination, "", mode, writable, propagation);
    }

    private MountPoint fromMount(MountRequest mount) {
        String destination = destination(mount.target());
        return switch (mount.type()) {
            case "bind" -> bind(mount, destination);
            case "volume", "" -> volume(mount.source(), destination, "", "z", !mount.readOnly(), mount.volumeOptions());
            case "tmpfs" ->
                new MountPoint("tmpfs", "", "", destination, "", tmpfsOptions(mount), !mount.readOnly(), "");
            default ->
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "invalid mount config for type \"" + mount.type() + "\": mount type unknown");
        };
    }

    private static MountPoint bind(MountRequest mount, String destination) {
        if (!mount.source().startsWith("/")) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid mount config for type \"bind\": invalid mount path: '" + mount.source()
                            + "' mount path must be absolute");
        }
        Path source = Path.of(mount.source()).normalize();
        if (mount.bindOptions().createMountpoint()) {
            makeSource(source);
        } else if (!Files.exists(source)) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid mount config for type \"bind\": bind source path does not exist: " + source);
        }
        String propagation = mount.bindOptions().propagation().isEmpty()
                ? "rprivate"
                : mount.bindOptions().propagation();
        String mode = mount.bindOptions().nonRecursive() ? "nonrecursive" : "";
        return new MountPoint("bind", "", source.toString(), destination, "", mode, !mount.readOnly(), propagation);
    }

    private MountPoint volume(
            String name, String destination, String driver, String mode, boolean writable, VolumeOptions options) {
        if (!name.isEmpty() && !VOLUME_NAME.matcher(name).matches()) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "create " + name + ": \"" + name
                            + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
        }
        String chosen = options.driverConfig()
                .map(VolumeDriverConfig::name)
                .filter(text -> !text.isEmpty())
                .orElse(driver);
        boolean known = !name.isEmpty() && volumes.exists(name);
        Volumes.Volume volume = volumes.create(
                name,
                chosen,
                options.driverConfig().map(VolumeDriverConfig::options).orElse(Map.of()),
                options.labels());
        if (!known) {
            made.accept(volume.name());
        }
        String modeText = options.noCopy()
                ? (mode.isEmpty() ? "nocopy" : mode.contains("nocopy") ? mode : mode + ",nocopy")
                : mode;
        return new MountPoint(
                "volume",
                volume.name(),
                volume.mountpoint().toString(),
                destination,
                volume.driver(),
                modeText,
                writable,
                "");
    }

    private static String tmpfsOptions(MountRequest mount) {
        List<String> options = new ArrayList<>();
        if (mount.tmpfsOptions().sizeBytes() > 0) {
            options.add("size=" + mount.tmpfsOptions().sizeBytes());
        }
        if (mount.tmpfsOptions().mode() != 0) {
            options.add("mode=" + Integer.toOctalString(mount.tmpfsOptions().mode()));
        }
        return String.join(",", options);
    }

    private static void makeSource(Path source) {
        if (!Files.exists(source)) {
            try {
                Files.createDirectories(source);
            } catch (IOException e) {
                throw new EngineException(
                        EngineException.Kind.SYSTEM,
                        "error while creating mount source path '" + source + "': " + e.getMessage(),
                        e);
            }
        }
    }

    private static String destination(String path) {
        if (!path.startsWith("/")) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "invalid mount config for type \"volume\": invalid mount path: '" + path
                            + "' mount path must be absolute");
        }
        String normal = Path.of(path).normalize().toString();
        if (normal.equals("/")) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "invalid volume specification: destination can't be '/'");
        }
        return normal;
    }
}
