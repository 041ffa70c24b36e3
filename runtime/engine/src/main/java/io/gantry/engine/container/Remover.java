package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.ContainerState;
import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.MountPoint;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.volume.VolumeService;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes containers that do not run. Callers hold the container's lock. */
final class Remover {
    private static final Logger LOG = LoggerFactory.getLogger(Remover.class);

    private final ContainerStore store;
    private final Layout layout;
    private final RootFileSystems roots;
    private final VolumeService volumes;
    private final ImageService images;
    private final Executor background;

    Remover(
            ContainerStore store,
            Layout layout,
            RootFileSystems roots,
            VolumeService volumes,
            ImageService images,
            Executor background) {
        this.store = store;
        this.layout = layout;
        this.roots = roots;
        this.volumes = volumes;
        this.images = images;
        this.background = background;
    }

    /**
     * Removes a container's layer, log and files. That this has begun is recorded first, so that an engine that comes after one that was killed
     * meanwhile can finish it. If it fails the container is shown as dead, and can be tried again.
     */
    void remove(Entry entry, boolean withVolumes) {
        Container container = entry.container();
        entry.state(now(entry, Status.REMOVING, entry.state().error()));
        try {
            roots.evict(container.id());
            roots.remove(container.storageDriver(), entry.stored().layer());
            Layout.remove(layout.bundle(container.id()));
            Layout.remove(layout.directory(container.id()));
        } catch (RuntimeException e) {
            entry.state(now(entry, Status.DEAD, String.valueOf(e.getMessage())));
            throw e;
        }
        store.remove(entry);
        if (withVolumes) {
            anonymous(container).forEach(this::removeVolume);
        }
        entry.gone();
        if (images.imageById(container.imageId()).isEmpty()) {
            background.execute(roots::removeUnused);
        }
    }

    private static ContainerState now(Entry entry, Status status, String error) {
        ContainerState old = entry.state();
        return new ContainerState(status, 0, old.exitCode(), error, old.oomKilled(), old.startedAt(), old.finishedAt());
    }

    private List<MountPoint> anonymous(Container container) {
        return container.mounts().stream()
                .filter(mount -> mount.type().equals("volume") && volumes.isAnonymous(mount.name()))
                .toList();
    }

    private void removeVolume(MountPoint mount) {
        try {
            volumes.remove(mount.name(), true);
        } catch (RuntimeException e) {
            LOG.debug("volume {} stays: {}", mount.name(), e.getMessage());
        }
    }
}
