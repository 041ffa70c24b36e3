package io.gantry.image.unpack;

import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.Rebaser;
import io.gantry.spi.storage.StorageCapability;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A real driver at whose calls a test looks, and which it may hold up or let fail. */
class WatchedDriver implements StorageDriver, Rebaser {
    final AtomicInteger rebased = new AtomicInteger();
    final AtomicInteger committed = new AtomicInteger();

    private final StorageDriver driver;

    WatchedDriver(StorageDriver driver) {
        this.driver = driver;
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        return driver.prepare(id, parent, options);
    }

    @Override
    public LayerInfo view(LayerId id, LayerId parent) {
        return driver.view(id, parent);
    }

    @Override
    public LayerInfo commit(LayerId id, LayerId name) {
        committed.incrementAndGet();
        return driver.commit(id, name);
    }

    @Override
    public LayerInfo commitOnto(LayerId id, LayerId name, LayerId parent) {
        rebased.incrementAndGet();
        return driver.capability(Rebaser.class).orElseThrow().commitOnto(id, name, parent);
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        return driver.mounts(id);
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        return driver.layerTarget(id);
    }

    @Override
    public Usage usage(LayerId id) {
        return driver.usage(id);
    }

    @Override
    public Optional<LayerInfo> stat(LayerId id) {
        return driver.stat(id);
    }

    @Override
    public List<LayerInfo> layers() {
        return driver.layers();
    }

    @Override
    public void remove(LayerId id) {
        driver.remove(id);
    }

    @Override
    public void cleanup() {
        driver.cleanup();
    }

    @Override
    public List<StatusRow> status() {
        return driver.status();
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        return driver.capability(type).map(there -> type.isInstance(this) ? type.cast(this) : there);
    }

    @Override
    public void close() {
        driver.close();
    }
}
