package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.MountPoint;
import io.gantry.engine.volume.VolumeService;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.RootedDirectory;
import io.gantry.linux.TreeCopy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volumes of a container while it runs, and their first content. */
final class VolumeMounts {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeMounts.class);
    private static final String SCRATCH = ".gantry-copy";
    private static final String LOOK = "-look";

    private final VolumeService volumes;

    VolumeMounts(VolumeService volumes) {
        this.volumes = volumes;
    }

    /** Makes a container's volumes available, all or none. Where the content of each is, by destination. */
    Map<String, Path> use(Container container) {
        return use(container, container.id());
    }

    /** The same for somebody who looks at the container's file system. */
    Map<String, Path> useForLook(Container container) {
        return use(container, container.id() + LOOK);
    }

    private Map<String, Path> use(Container container, String consumer) {
        Map<String, Path> paths = new LinkedHashMap<>();
        try {
            for (MountPoint mount : volumesOf(container)) {
                paths.put(mount.destination(), volumes.use(mount.name(), consumer));
            }
            return paths;
        } catch (RuntimeException e) {
            release(container, consumer);
            throw e;
        }
    }

    /** Ends a container's use of its volumes. */
    void release(Container container) {
        release(container, container.id());
    }

    /** Nobody looks at the container's file system any more. */
    void releaseForLook(Container container) {
        release(container, container.id() + LOOK);
    }

    private void release(Container container, String consumer) {
        for (MountPoint mount : volumesOf(container)) {
            try {
                volumes.release(mount.name(), consumer);
            } catch (RuntimeException e) {
                LOG.warn("volume {} is still held for container {}", mount.name(), container.id(), e);
            }
        }
    }

    /** Whether a container has volumes that may have to be filled. */
    static boolean fills(Container container) {
        return volumesOf(container).stream().anyMatch(VolumeMounts::copies);
    }

    /** Fills volumes that are empty with what the image has at their places. */
    void fill(Container container, Path root) {
        Map<String, Path> paths = use(container);
        try (RootedDirectory image = RootedDirectory.open(root)) {
            for (MountPoint mount : volumesOf(container)) {
                if (copies(mount)) {
                    fill(image, mount.destination(), paths.get(mount.destination()));
                }
            }
        } finally {
            release(container);
        }
    }

    private static void fill(RootedDirectory image, String destination, Path volume) {
        Optional<OpenDirectory> found = image.stat(destination)
                .filter(stat -> stat.kind() == io.gantry.linux.FileKind.DIRECTORY)
                .flatMap(stat -> image.findDirectory(destination));
        if (found.isEmpty()) {
            return;
        }
        try (OpenDirectory source = found.get();
                OpenDirectory target = OpenDirectory.open(volume)) {
            if (target.list().isEmpty()) {
                copy(source, target, volume);
            }
        }
    }

    /** The scratch directory lies beside the content, on the same file system, so that a copy that failed can be taken back. */
    private static void copy(OpenDirectory source, OpenDirectory target, Path volume) {
        try (OpenDirectory beside = OpenDirectory.open(volume.getParent())) {
            String name = SCRATCH + "-" + volume.getFileName();
            beside.removeTree(name);
            beside.makeDirectory(name, 0700);
            try (OpenDirectory scratch = beside.directory(name)) {
                TreeCopy.of(source, target, scratch);
            } catch (RuntimeException e) {
                target.list().forEach(entry -> target.removeTree(entry.name()));
                throw e;
            } finally {
                beside.removeTree(name);
            }
        }
    }

    private static boolean copies(MountPoint mount) {
        return !List.of(mount.mode().split(",")).contains("nocopy");
    }

    private static List<MountPoint> volumesOf(Container container) {
        return container.mounts().stream()
                .filter(mount -> mount.type().equals("volume"))
                .toList();
    }
}
