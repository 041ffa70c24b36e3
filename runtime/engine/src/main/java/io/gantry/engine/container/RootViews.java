package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.MountPoint;
import io.gantry.engine.files.InRoot;
import io.gantry.linux.Fd;
import io.gantry.linux.Mounts;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.RootedDirectory;
import io.gantry.spi.storage.MountSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows file systems of containers to work that runs on a thread in a mount namespace of its own, so that nothing of it is seen elsewhere,
 * nothing is left however it ends, and no other container's mounts are held.
 */
final class RootViews {
    private static final Logger LOG = LoggerFactory.getLogger(RootViews.class);

    private final Layout layout;
    private final RootFileSystems roots;
    private final VolumeMounts volumes;
    private final OciPlanner planner;
    private final Map<String, Integer> looking = new ConcurrentHashMap<>();

    RootViews(Layout layout, RootFileSystems roots, VolumeMounts volumes, OciPlanner planner) {
        this.layout = layout;
        this.roots = roots;
        this.volumes = volumes;
        this.planner = planner;
    }

    /** The directories that views are mounted on; they stay empty for everybody else. */
    static void makePlaces(Layout layout) {
        Layout.make(layout.views());
        Layout.make(container(layout));
        Layout.make(beneath(layout));
    }

    private static Path container(Layout layout) {
        return layout.views().resolve("container");
    }

    private static Path beneath(Layout layout) {
        return layout.views().resolve("beneath");
    }

    /** Work on a view. */
    interface Work<T> {
        /** Does it; the view ends with it. */
        T on(View view) throws IOException;
    }

    /**
     * A container's file system as {@code docker cp} shows it.
     *
     * @param root the tree
     * @param place where it is mounted in this thread's mount namespace
     */
    record View(RootedDirectory root, Path place) {
        /** The path of a directory of the tree, without symbolic links. */
        String path(OpenDirectory directory) {
            try (OpenDirectory descriptors = OpenDirectory.open(Path.of("/proc/self/fd"))) {
                String path =
                        descriptors.readLink(Integer.toString(directory.fd().value()));
                String within = path.substring(place.toString().length());
                return within.isEmpty() ? "/" : within;
            }
        }
    }

    /** Shows a container's file system with its volumes, bound directories and files in place; not what is in memory only. */
    <T> T ofContainer(Entry entry, Work<T> work) {
        Container container = entry.container();
        looking.merge(container.id(), 1, Integer::sum);
        try (RootMounts.Look look = roots.look(entry.stored())) {
            Map<String, Path> volumePaths = volumes.useForLook(container);
            return inNamespace(() -> {
                Path place = bind(look.root(), container(layout));
                leaveOthers();
                try (RootedDirectory root = RootedDirectory.open(place)) {
                    mountWithin(root, container, volumePaths);
                    return work.on(new View(root, place));
                }
            });
        } finally {
            looking.computeIfPresent(container.id(), (id, count) -> {
                if (count > 1) {
                    return count - 1;
                }
                volumes.releaseForLook(container);
                return null;
            });
        }
    }

    /** Work on two trees. */
    interface Comparison<T> {
        /** Compares a container's file system with what is beneath its own layer. */
        T of(OpenDirectory beneath, OpenDirectory container);
    }

    /** Shows a container's file system without anything mounted in it, and what is beneath its own layer. */
    <T> T beside(StoredContainer stored, List<MountSpec> beneath, Comparison<T> work) {
        try (RootMounts.Look look = roots.look(stored)) {
            return inNamespace(() -> {
                Path own = bind(look.root(), container(layout));
                leaveOthers();
                Path other = beneath(layout).toRealPath();
                return mounted(beneath, other, before -> {
                    try (OpenDirectory after = OpenDirectory.open(own)) {
                        return work.of(before, after);
                    }
                });
            });
        }
    }

    /** Shows what is beneath a container's own layer. */
    <T> T beneath(List<MountSpec> beneath, java.util.function.Function<OpenDirectory, T> work) {
        return inNamespace(() -> {
            leaveOthers();
            Path place = beneath(layout).toRealPath();
            return mounted(beneath, place, work);
        });
    }

    private static <T> T mounted(
            List<MountSpec> specs, Path place, java.util.function.Function<OpenDirectory, T> work) {
        RootMounts.mount(specs, place);
        try (OpenDirectory directory = OpenDirectory.open(place)) {
            return work.apply(directory);
        } finally {
            RootMounts.unmount(specs, place);
        }
    }

    private static <T> T inNamespace(Namespaces.Work<T, IOException> work) {
        try {
            return Namespaces.inNew(Set.of(NamespaceKind.MOUNT), work);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path bind(Path root, Path place) throws IOException {
        Path real = place.toRealPath();
        Mounts.bind(root, real, "rbind");
        return real;
    }

    /** Of other containers nothing stays mounted here: else it could not be mounted anew elsewhere. */
    private void leaveOthers() throws IOException {
        Mounts.detach(layout.roots().toRealPath());
    }

    private void mountWithin(RootedDirectory root, Container container, Map<String, Path> volumePaths) {
        List<MountPoint> mounts = new ArrayList<>(container.mounts());
        mounts.sort(
                Comparator.comparingInt(mount -> Path.of(mount.destination()).getNameCount()));
        for (MountPoint mount : mounts) {
            switch (mount.type()) {
                case "volume" ->
                    mount(root, volumePaths.get(mount.destination()), mount.destination(), mount.writable());
                case "bind" -> mount(root, Path.of(mount.source()), mount.destination(), mount.writable());
                default -> LOG.trace("{} is in memory and not shown", mount.destination());
            }
        }
        RootFiles files = planner.rootFiles(container);
        Map<String, Path> own = Map.of(
                "/etc/hostname", files.hostname(), "/etc/hosts", files.hosts(), "/etc/resolv.conf", files.resolvConf());
        own.forEach((destination, file) -> {
            if (mounts.stream().noneMatch(mount -> mount.destination().equals(destination))) {
                mount(root, file, destination, true);
            }
        });
    }

    private static void mount(RootedDirectory root, Path source, String destination, boolean writable) {
        if (!Files.exists(source)) {
            LOG.debug("{} is not there to be shown at {}", source, destination);
            return;
        }
        // By descriptors, since others may be at work in the tree.
        if (Files.isDirectory(source)) {
            try (OpenDirectory target = InRoot.makeDirectories(root, destination)) {
                Mounts.bind(source, target.fd().path(), "rbind");
            }
        } else {
            try (Fd target = InRoot.makeFile(root, destination)) {
                Mounts.bind(source, target.path());
            }
        }
        if (!writable) {
            try (Fd mounted = root.open(destination, OpenFlags.O_PATH, 0)) {
                Mounts.remount(mounted.path(), "bind", "ro");
            }
        }
    }
}
