package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.image.Image;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.LayerId;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** What a check of the storage needs of containers and their layers. */
public final class ContainerStorage {
    private final ContainerParts parts;

    ContainerStorage(ContainerParts parts) {
        this.parts = parts;
    }

    /**
     * A container and its layer.
     *
     * @param id its id
     * @param name its name
     * @param driver its storage driver
     * @param layer its writable layer there
     * @param ready whether it is whole; else it is being made
     * @param up whether it runs
     */
    public record Use(String id, String name, String driver, LayerId layer, boolean ready, boolean up) {}

    /** All containers, those being made included. */
    public List<Use> uses() {
        return parts.store().all().stream()
                .map(entry -> {
                    Container container = entry.container();
                    return new Use(
                            container.id(),
                            container.name(),
                            container.storageDriver(),
                            LayerId.of(entry.stored().layer()),
                            entry.stored().ready(),
                            container.state().isUp());
                })
                .toList();
    }

    /** Whether a layer is for a moment's work of this engine. */
    public boolean isPassing(String driver, LayerId layer) {
        return parts.roots().isPassing(driver, layer);
    }

    /** Removes a layer that no container has and that is no image's. Returns false if it is for a moment's work. */
    public boolean remove(String driver, LayerId layer) {
        return parts.roots().removeStray(driver, layer);
    }

    /** Shows a committed layer to some work. */
    public <T> T inView(String driver, LayerId committed, Function<OpenDirectory, T> work) {
        return parts.roots()
                .withOwnView(
                        driver,
                        "look-" + parts.ids().next(),
                        committed,
                        specs -> parts.views().beneath(specs, work));
    }

    /** Mounts a container's layer, unless it is mounted, and takes it down again. */
    public void mountOnce(Use use) {
        parts.store()
                .byId(use.id())
                .ifPresent(entry -> parts.roots().lookUnswept(entry.stored()).close());
    }

    /**
     * Removes committed layers that no container stands on, and unpacks images anew. No container is made meanwhile.
     *
     * @param topDown the layers, children before parents
     */
    public void unpackAnew(String driver, List<LayerId> topDown, List<Image> images) throws IOException {
        parts.roots().unpackAnew(driver, topDown, images);
    }
}
