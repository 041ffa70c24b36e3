package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageFormatException;
import io.gantry.image.unpack.Unpacker;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layers of containers in storage drivers: made over the layers of images, mounted, and removed. */
final class RootFileSystems implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RootFileSystems.class);

    private final OpenDrivers drivers;
    private final Unpacker unpacker;
    private final RootMounts mounts;
    private final Supplier<List<Digest>> liveChains;
    private final Supplier<Set<String>> liveLayers;
    private final LayerCleanup cleanup;
    private final Set<String> swept = ConcurrentHashMap.newKeySet();
    private final Set<LayerId> ownViews = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock imageLayers = new ReentrantReadWriteLock(true);

    /**
     * @param liveChains the chain ids of all images
     * @param liveLayers the writable layers of all containers
     */
    RootFileSystems(
            OpenDrivers drivers,
            Unpacker unpacker,
            Layout layout,
            Supplier<List<Digest>> liveChains,
            Supplier<Set<String>> liveLayers,
            LayerCleanup cleanup) {
        this.drivers = drivers;
        this.unpacker = unpacker;
        this.mounts = new RootMounts(layout);
        this.liveChains = liveChains;
        this.liveLayers = liveLayers;
        this.cleanup = cleanup;
    }

    /** Sees to it that the image is unpacked in the driver, and makes a writable layer on it. */
    void prepare(String driverName, String layer, Image image, Map<String, String> options) {
        StorageDriver driver = driver(driverName);
        LayerOptions layerOptions = new LayerOptions(drivers.storageOptions(driverName, options), Map.of());
        imageLayers.readLock().lock();
        try {
            Optional<LayerId> parent = unpacker.unpack(driver, image);
            driver.prepare(LayerId.of(layer), parent, layerOptions);
        } catch (ImageFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "cannot unpack image " + image.id() + ": " + e.getMessage(), e);
        } finally {
            imageLayers.readLock().unlock();
        }
    }

    /** See {@link ContainerStorage#unpackAnew}. */
    void unpackAnew(String driverName, List<LayerId> topDown, List<Image> images) throws IOException {
        StorageDriver driver = driver(driverName);
        imageLayers.writeLock().lock();
        try {
            topDown.forEach(driver::remove);
            for (Image image : images) {
                unpacker.unpack(driver, image);
            }
        } finally {
            imageLayers.writeLock().unlock();
            cleanup.ask(driverName, driver);
        }
    }

    /** Mounts a container's layer at its place for its run, whole or not at all. */
    Path mount(String driverName, String layer, String containerId) {
        return mounts.beginRun(containerId, () -> mountsOf(driverName, layer));
    }

    /** The run is over; does nothing if there was none. */
    void unmount(String containerId) {
        mounts.endRun(containerId);
    }

    /** Takes a container's layer off its place, whoever looks at it. */
    void evict(String containerId) {
        mounts.evict(containerId);
    }

    /** Has a container's layer mounted for a while, whether it runs or not. */
    RootMounts.Look look(StoredContainer stored) {
        Container container = stored.container();
        return mounts.look(
                container.id(), container.state().isUp(), () -> mountsOf(container.storageDriver(), stored.layer()));
    }

    private List<MountSpec> mountsOf(String driverName, String layer) {
        return driver(driverName).mounts(LayerId.of(layer));
    }

    /** The committed layer that a container's layer stands on. */
    Optional<LayerId> parent(StoredContainer stored) {
        return driver(stored.container().storageDriver())
                .stat(LayerId.of(stored.layer()))
                .flatMap(LayerInfo::parent);
    }

    /** What a container's layer changes, as far as the driver can tell: by itself, or by the place where layers are applied. */
    Optional<LayerDiff> diff(StoredContainer stored) {
        StorageDriver driver = driver(stored.container().storageDriver());
        LayerId layer = LayerId.of(stored.layer());
        Optional<NativeDiffer> differ = driver.capability(NativeDiffer.class);
        if (differ.isPresent()) {
            return differ.get().diff(layer);
        }
        return driver.layerTarget(layer)
                .filter(target -> target.dialect() != WhiteoutDialect.DIRECT)
                .map(target -> new LayerDiff.Kept(target.directory(), target.dialect()));
    }

    /**
     * Has a committed layer ready to be looked at.
     *
     * @param id a name that no layer has
     * @param work receives the mounts that show it, and leaves none of them
     */
    <T> T withView(String driverName, String id, LayerId committed, Function<List<MountSpec>, T> work) {
        driver(driverName);
        return withOwnView(driverName, id, committed, work);
    }

    /** As {@link #withView}, on a driver that may still have what an earlier engine left half-made. */
    <T> T withOwnView(String driverName, String id, LayerId committed, Function<List<MountSpec>, T> work) {
        StorageDriver driver = drivers.storage(driverName);
        LayerId view = LayerId.of(id);
        ownViews.add(view);
        try {
            driver.view(view, committed);
            try {
                return work.apply(driver.mounts(view));
            } finally {
                driver.remove(view);
            }
        } finally {
            ownViews.remove(view);
        }
    }

    /** As {@link #look}, on a driver that may still have what an earlier engine left half-made. */
    RootMounts.Look lookUnswept(StoredContainer stored) {
        Container container = stored.container();
        return mounts.look(
                container.id(),
                container.state().isUp(),
                () -> drivers.storage(container.storageDriver()).mounts(LayerId.of(stored.layer())));
    }

    /** Whether a layer is a view of this engine's, or is being unpacked by it. Before a driver is swept nothing is unpacked. */
    boolean isPassing(String driverName, LayerId layer) {
        return ownViews.contains(layer)
                || (layer.value().startsWith(Unpacker.STAGING_PREFIX) && swept.contains(driverName));
    }

    /** See {@link ContainerStorage#remove}. */
    boolean removeStray(String driverName, LayerId layer) {
        synchronized (swept) {
            if (isPassing(driverName, layer)) {
                return false;
            }
            StorageDriver driver = drivers.storage(driverName);
            driver.remove(layer);
            cleanup.ask(driverName, driver);
            return true;
        }
    }

    /** Removes a container's layer. */
    void remove(String driverName, String layer) {
        StorageDriver driver = driver(driverName);
        driver.remove(LayerId.of(layer));
        cleanup.ask(driverName, driver);
    }

    /** What a container's layer takes by itself. */
    Usage usage(String driverName, String layer) {
        return driver(driverName).usage(LayerId.of(layer));
    }

    /** Removes layers of images that are no more, and which no container stands on. */
    void removeUnused() {
        drivers.openStorage().forEach(this::removeUnused);
    }

    @Override
    public void close() {
        unpacker.close();
    }

    /** An open driver, from which everything has been removed that an earlier engine left half-made. */
    private StorageDriver driver(String name) {
        StorageDriver driver = drivers.storage(name);
        if (!swept.contains(name)) {
            synchronized (swept) {
                if (swept.add(name)) {
                    sweep(name, driver);
                }
            }
        }
        return driver;
    }

    private void sweep(String name, StorageDriver driver) {
        try {
            Unpacker.removeLeftovers(driver);
            Set<String> live = liveLayers.get();
            for (LayerInfo layer : driver.layers()) {
                if (layer.kind() != LayerInfo.Kind.COMMITTED
                        && !ownViews.contains(layer.id())
                        && !live.contains(layer.id().value())) {
                    LOG.info("removing layer {} of storage driver {}: no container has it", layer.id(), name);
                    driver.remove(layer.id());
                }
            }
            removeUnused(name, driver);
        } catch (RuntimeException e) {
            LOG.warn("storage driver {} could not be swept of what an earlier run left", name, e);
        }
    }

    private void removeUnused(String name, StorageDriver driver) {
        Set<LayerId> live =
                new HashSet<>(liveChains.get().stream().map(Unpacker::id).toList());
        List<LayerInfo> layers = new ArrayList<>(driver.layers());
        Collections.reverse(layers);
        for (LayerInfo layer : layers) {
            if (layer.kind() == LayerInfo.Kind.COMMITTED && !live.contains(layer.id())) {
                try {
                    driver.remove(layer.id());
                } catch (FailedPreconditionException e) {
                    LOG.debug("layer {} is still stood on", layer.id());
                }
            }
        }
        cleanup.ask(name, driver);
    }
}
