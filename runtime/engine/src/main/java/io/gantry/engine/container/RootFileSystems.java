package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.engine.driver.OpenDrivers;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageFormatException;
import io.gantry.image.unpack.Unpacker;
import io.gantry.linux.MountRequest;
import io.gantry.linux.Mounts;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layers of containers in storage drivers: made over the layers of images, mounted, and removed. */
final class RootFileSystems implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RootFileSystems.class);

    private final OpenDrivers drivers;
    private final Unpacker unpacker;
    private final Layout layout;
    private final Supplier<List<Digest>> liveChains;
    private final Supplier<Set<String>> liveLayers;
    private final LayerCleanup cleanup;
    private final Set<String> swept = ConcurrentHashMap.newKeySet();

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
        this.layout = layout;
        this.liveChains = liveChains;
        this.liveLayers = liveLayers;
        this.cleanup = cleanup;
    }

    /** Sees to it that the image is unpacked in the driver, and makes a writable layer on it. */
    void prepare(String driverName, String layer, Image image, Map<String, String> options) {
        StorageDriver driver = driver(driverName);
        LayerOptions layerOptions = new LayerOptions(drivers.storageOptions(driverName, options), Map.of());
        try {
            Optional<LayerId> parent = unpacker.unpack(driver, image);
            driver.prepare(LayerId.of(layer), parent, layerOptions);
        } catch (ImageFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "cannot unpack image " + image.id() + ": " + e.getMessage(), e);
        }
    }

    /** Mounts a container's layer at its place, whole or not at all. */
    Path mount(String driverName, String layer, String containerId) {
        Path root = layout.rootfs(containerId);
        Layout.make(root);
        List<MountSpec> specs = driver(driverName).mounts(LayerId.of(layer));
        try {
            for (MountSpec spec : specs) {
                Mounts.mount(
                        new MountRequest(spec.type(), spec.source(), spec.options()),
                        root.resolve(spec.target().toString()));
            }
            return root;
        } catch (RuntimeException e) {
            unmount(containerId);
            throw e;
        }
    }

    /** Takes a container's layer off its place; does nothing if it is not mounted. */
    void unmount(String containerId) {
        Path root = layout.rootfs(containerId);
        if (Files.exists(root)) {
            try {
                Mounts.detach(root.toRealPath());
                Files.delete(root);
            } catch (IOException e) {
                throw new EngineException(
                        EngineException.Kind.SYSTEM, "cannot unmount " + root + ": " + e.getMessage(), e);
            }
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
